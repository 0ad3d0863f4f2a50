using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>A message on its way, or the report of a storage thread, which is delivered like one.</summary>
internal sealed record ScenarioMessage(Message Message, StorageAppend? Append = null, StorageApply? Apply = null)
{
    /// <summary>Storage reports and messages to oneself do not cross the network and cannot be lost.</summary>
    public bool IsLocal => Append is not null || Apply is not null || Message.From == Message.To;
}
