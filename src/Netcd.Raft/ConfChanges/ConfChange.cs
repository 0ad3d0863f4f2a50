namespace Netcd.Raft.ConfChanges;

/// <summary>
/// Change of one member (raftpb.ConfChange), the only form etcd proposes. <see cref="Id"/> is the request's id, for
/// whoever waits; <see cref="Context"/> is opaque to Raft.
/// </summary>
public sealed record ConfChange
{
    public ulong Id { get; init; }

    public required ConfChangeType Type { get; init; }

    public required MemberId MemberId { get; init; }

    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>The same change in the general form.</summary>
    public ConfChangeV2 AsV2() => new() { Changes = [new ConfChangeSingle(Type, MemberId)], Context = Context };
}
