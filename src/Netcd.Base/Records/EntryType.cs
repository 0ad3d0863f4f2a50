namespace Netcd.Base.Records;

/// <summary>What an entry's data is (raftpb.EntryType).</summary>
public enum EntryType
{
    Normal = 0,
    ConfChange = 1,
    ConfChangeV2 = 2,
}
