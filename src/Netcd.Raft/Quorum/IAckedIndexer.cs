namespace Netcd.Raft.Quorum;

/// <summary>Looks up how far a voter has acknowledged; false if it never has.</summary>
internal interface IAckedIndexer
{
    bool TryGetAcked(MemberId id, out ulong index);
}
