namespace Netcd.Raft.Messages;

/// <summary>Which etcd release's layout a message is written in. All releases read both.</summary>
public enum MessageForm
{
    /// <summary>All scalars, and a snapshot field even when there is none.</summary>
    V35 = 0,

    /// <summary>All scalars, the vote field too; a snapshot field only with a snapshot.</summary>
    V36 = 1,
}
