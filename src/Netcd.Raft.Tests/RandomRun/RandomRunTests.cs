using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>
/// Random clusters, checked after every step. <c>NETCD_RAFT_STEPS</c> sets the number of steps, <c>NETCD_RAFT_SEED</c>
/// the first seed: a failure names its seed, and that seed with one episode's steps repeats it.
/// </summary>
public sealed class RandomRunTests(ITestOutputHelper output)
{
    private const long StepsPerEpisode = 20_000;
    private const long DefaultSteps = 400_000;

    [Fact]
    public void Random_clusters_keep_every_promise()
    {
        var steps = Number("NETCD_RAFT_STEPS", DefaultSteps);
        var seed = (ulong)Number("NETCD_RAFT_SEED", 1);
        var watch = Stopwatch.StartNew();
        long done = 0;
        long elections = 0;
        long committed = 0;
        long reads = 0;
        long crashes = 0;
        long changes = 0;
        for (; done < steps; done += StepsPerEpisode, seed++)
        {
            var cluster = RunEpisode(seed);
            elections += cluster.History.Elections;
            committed += (long)cluster.History.CommitIndex.Value;
            reads += cluster.ReadsAnswered;
            crashes += cluster.Crashes;
            changes += cluster.ConfChanges;
        }

        output.WriteLine(
            $"{done} steps in {watch.Elapsed.TotalSeconds:F1} s ({done / watch.Elapsed.TotalSeconds:F0}/s): "
            + $"{elections} leaders, {committed} committed, {reads} reads, {crashes} crashes, {changes} conf changes");
        Assert.True(elections > 0 && committed > 0 && reads > 0);
    }

    private static RandomCluster RunEpisode(ulong seed)
    {
        var step = 0L;
        try
        {
            var cluster = new RandomCluster(seed);
            for (; step < StepsPerEpisode; step++)
            {
                cluster.Step();
                if (step % 64 == 0)
                {
                    cluster.CheckLogMatching();
                }
            }

            cluster.Heal();
            return cluster;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            throw new InvariantException($"NETCD_RAFT_SEED={seed}, step {step}: {problem}");
        }
    }

    private static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
