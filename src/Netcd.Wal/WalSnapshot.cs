using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Wal;

/// <summary>
/// The WAL's note that a snapshot exists (walpb.Snapshot). The configuration is absent in the first record of a log and
/// in logs of old releases.
/// </summary>
public sealed record WalSnapshot(LogIndex Index, Term Term, ConfState? ConfState = null)
{
    /// <summary>Before the first entry.</summary>
    public static readonly WalSnapshot Start = new(LogIndex.Zero, Term.Zero);
}
