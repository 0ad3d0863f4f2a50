using System.Diagnostics;
using System.Text;
using Netcd.Mvcc;
using Netcd.Server.Requests;
using Netcd.TestKit;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests;

/// <summary>A running member of a cluster of one, with short ways to ask it.</summary>
internal sealed class TestMember : IDisposable
{
    internal const string DataDirectory = "/data";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TaskCompletionSource<Exception> _fatal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TestMember(SimDisk disk, Func<MemberOptions, MemberOptions>? change = null)
    {
        Disk = disk;
        var options = new MemberOptions
        {
            Name = "one",
            DataDirectory = DataDirectory,
            InitialCluster = [new InitialMember("one", ["http://127.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://127.0.0.1:2379"],
            Disk = disk,
            Time = Time,
            Seed = 1,
            OnFatal = failure => _fatal.TrySetResult(failure),
        };
        Member = Member.Open(change?.Invoke(options) ?? options);
        Member.OnBatchAnswered(() => Flushes++);
        Member.Start();
    }

    internal SimDisk Disk { get; }

    internal ManualTime Time { get; } = new();

    internal Member Member { get; }

    internal int Flushes { get; private set; }

    internal Task<Exception> Fatal => _fatal.Task.WaitAsync(Patience);

    public void Dispose() => Member.Dispose();

    internal static async Task<TestMember> StartAsync(
        SimDisk? disk = null, Func<MemberOptions, MemberOptions>? change = null)
    {
        var member = new TestMember(disk ?? new SimDisk(), change);
        await member.Member.Ready.WaitAsync(Patience);
        return member;
    }

    internal Task<Reply> AskAsync(InternalRequestKind kind, byte[] request) =>
        Ask(kind, request).Result.WaitAsync(Patience);

    /// <summary>As <see cref="AskAsync"/>; the waiter knows the answer as soon as it is given.</summary>
    internal ReplyWaiter Ask(InternalRequestKind kind, byte[] request)
    {
        var waiter = new ReplyWaiter();
        var id = Member.NextRequestId();
        Member.Propose(id, InternalRequestEncoder.Encode(kind, request, id, [], 0), waiter);
        return waiter;
    }

    internal ReplyWaiter Put(string key, string value, long lease = 0) =>
        Ask(InternalRequestKind.Put, Messages.Put(key, value, lease));

    internal Task<Reply> PutAsync(string key, string value, long lease = 0) =>
        AskAsync(InternalRequestKind.Put, Messages.Put(key, value, lease));

    /// <summary>
    /// Moves time by steps until something has come that takes threads as well as time: on a busy machine no number of
    /// steps is enough for that.
    /// </summary>
    internal async Task PassUntilAsync(TimeSpan step, Func<bool> isDone, Func<Task>? between = null)
    {
        var clock = Stopwatch.StartNew();
        while (!isDone())
        {
            Assert.True(clock.Elapsed < Patience, "it does not come");
            Time.Advance(step);
            await (between?.Invoke() ?? PutAsync("fence", "x"));
        }
    }

    internal Task<Reply> ReadIndexAsync() => ReadIndex().Result.WaitAsync(Patience);

    internal ReplyWaiter ReadIndex()
    {
        var waiter = new ReplyWaiter();
        Member.ReadIndex(waiter);
        return waiter;
    }

    internal string? Get(string key)
    {
        var status = Member.Store.Range(new RangeQuery { Key = Encoding.UTF8.GetBytes(key) }, out var selection);
        Assert.Equal(StoreStatus.Ok, status);
        Assert.NotNull(selection);
        var value = selection.KvCount == 0 ? null : Encoding.UTF8.GetString(selection.KeyValueAt(0).Value);
        selection.Release();
        return value;
    }

    internal uint HashKeyValues()
    {
        Assert.Equal(StoreStatus.Ok, Member.Store.HashKeyValues(0, out var hash, out _));
        return hash.Hash;
    }

    /// <summary>Switches the machine off and returns what its disk holds as the new machine finds it.</summary>
    internal async Task<SimDisk> CutPowerAsync(Func<SimDisk, SimDisk> survive)
    {
        Disk.CutPowerAtChange(0);
        _ = PutAsync("after the cut", "x");
        await Fatal;
        var disk = survive(Disk);
        Member.Dispose();
        return disk;
    }
}
