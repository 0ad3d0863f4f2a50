using Netcd.Mvcc;
using Netcd.Raft.Messages;

namespace Netcd.Server.Peers;

/// <summary>
/// A snapshot on its way to a follower: the raft message (its data the membership in v2 form) and the database at the
/// same applied index. Pins pages of the database until it is disposed.
/// </summary>
public sealed class OutgoingSnapshot(Message message, BackendSnapshot database) : IDisposable
{
    /// <summary>The MsgSnap, its receiver in <see cref="Message.To"/>.</summary>
    public Message Message { get; } = message;

    /// <summary>Read in pieces while it is sent; never held in memory whole.</summary>
    public BackendSnapshot Database { get; } = database;

    public void Dispose() => Database.Dispose();
}
