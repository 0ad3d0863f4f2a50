namespace Netcd.Peer.Streams;

/// <summary>The two streams that a member opens to each other one.</summary>
internal enum StreamKind
{
    /// <summary>All raft messages but snapshots; appends only while the other stream is absent.</summary>
    Message = 0,

    /// <summary>Appends in short form (rafthttp's msgappv2).</summary>
    MsgApp = 1,
}
