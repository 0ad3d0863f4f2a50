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
    private const ulong EpisodesUntilFound = 300;

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
        long reports = 0;
        long snapshots = 0;
        for (; done < steps; done += StepsPerEpisode, seed++)
        {
            var cluster = RunEpisode(seed);
            elections += cluster.History.Elections;
            committed += (long)cluster.History.CommitIndex.Value;
            reads += cluster.ReadsAnswered;
            crashes += cluster.Crashes;
            changes += cluster.ConfChanges;
            reports += cluster.Reports;
            snapshots += cluster.Snapshots;
        }

        output.WriteLine(
            $"{done} steps in {watch.Elapsed.TotalSeconds:F1} s ({done / watch.Elapsed.TotalSeconds:F0}/s): "
            + $"{elections} leaders, {committed} committed, {reads} reads, {crashes} crashes, {changes} conf changes, "
            + $"{snapshots} snapshots, {reports} disconnect reports");
        Assert.True(elections > 0 && committed > 0 && reads > 0);
    }

    [Theory]
    [InlineData(Sabotage.ForgetsVote)]
    [InlineData(Sabotage.ForgetsEntry)]
    [InlineData(Sabotage.CommitsEarly)]
    [InlineData(Sabotage.AcknowledgesTooMuch)]
    [InlineData(Sabotage.CountsRefusals)]
    [InlineData(Sabotage.CountsPreVoteRefusals)]
    [InlineData(Sabotage.ConfirmsReadsAlone)]
    [InlineData(Sabotage.SkipsConfChange)]
    [InlineData(Sabotage.ChangesEntry)]
    internal void Broken_rule_is_found(Sabotage sabotage)
    {
        for (ulong seed = 1; seed <= EpisodesUntilFound; seed++)
        {
            try
            {
                RunEpisode(seed, sabotage);
            }
            catch (InvariantException found)
            {
                output.WriteLine($"episode {seed}: {found.Message[..Math.Min(found.Message.Length, 200)]}");
                return;
            }
        }

        Assert.Fail($"{sabotage} was not found in {EpisodesUntilFound} episodes");
    }

    private static RandomCluster RunEpisode(ulong seed, Sabotage sabotage = Sabotage.None)
    {
        var step = 0L;
        try
        {
            var cluster = new RandomCluster(seed, sabotage);
            for (; step < StepsPerEpisode; step++)
            {
                cluster.Step();
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
