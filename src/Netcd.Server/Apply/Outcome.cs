using System.Runtime.InteropServices;

namespace Netcd.Server.Apply;

/// <summary>What became of the entry that was applied last.</summary>
/// <param name="Refusal">Why its request was refused.</param>
/// <param name="Revision">What the answer's header says; 0 for the store's.</param>
/// <param name="BodyBytes">Bytes of the answer after the header.</param>
/// <param name="ProposedAt">Timestamp of its proposal; 0 unless somebody here waited for it.</param>
/// <param name="IsPhysical">A compaction that is answered when it is done.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outcome(
    Refusal Refusal, long Revision, int BodyBytes, long ProposedAt, bool IsPhysical = false);
