using System.Diagnostics;

namespace Netcd.Benchmarks.Raft;

/// <summary>What a batch costs three members together, in one process without I/O.</summary>
internal static class RaftLoad
{
    private const int Rounds = 100_000;

    public static void Run()
    {
        foreach (var batch in (int[])[1, 10, 100])
        {
            foreach (var join in (bool[])[false, true])
            {
                var members = new ThreeMembersBenchmarks { Batch = batch, JoinMessages = join };
                members.Setup();
                RunRounds(members);
                var sent = members.Sent;
                var bytes = GC.GetAllocatedBytesForCurrentThread();
                var watch = Stopwatch.StartNew();
                RunRounds(members);
                var microseconds = watch.Elapsed.TotalMicroseconds / Rounds;
                bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / Rounds;
                Console.WriteLine(
                    $"batch {batch,3}, join {join,5}: {(double)(members.Sent - sent) / Rounds:F2} messages, "
                    + $"{microseconds:F2} us, {bytes} bytes");
            }
        }
    }

    private static void RunRounds(ThreeMembersBenchmarks members)
    {
        for (var i = 0; i < Rounds; i++)
        {
            members.Round();
        }
    }
}
