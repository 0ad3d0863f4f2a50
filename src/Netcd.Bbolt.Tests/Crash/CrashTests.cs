using Netcd.Base;
using Netcd.Bbolt.Tests.Support;
using Netcd.TestKit.Disk;

namespace Netcd.Bbolt.Tests.Crash;

/// <summary>
/// The power fails at every change of the disk: the file has the state before or after the commit, never another.
/// </summary>
public sealed class CrashTests
{
    private const int Commits = 12;

    [Fact]
    public void A_power_cut_at_any_write_or_sync_leaves_the_old_or_the_new_state()
    {
        var whole = TestDatabase.NewDisk();
        var states = new List<string>();
        Run(whole, states);
        for (var change = 0; change <= whole.Changes; change++)
        {
            for (var seed = 0UL; seed < 4; seed++)
            {
                var disk = TestDatabase.NewDisk();
                disk.CutPowerAtChange(change);
                var committed = new List<string>();
                try
                {
                    Run(disk, committed);
                }
                catch (Exception failure) when (failure is PowerCutException or DatabaseFailedException)
                {
                    // The cut that was planned.
                }

                var after = seed == 0 ? disk.CrashKeepNothing() : disk.Crash(new Prng(seed * 1000 + (ulong)change));
                AssertOldOrNew(after, states, committed.Count, $"change {change}, seed {seed}");
            }
        }
    }

    [Fact]
    public void A_kill_loses_no_commit()
    {
        var disk = TestDatabase.NewDisk();
        var states = new List<string>();
        Run(disk, states);
        AssertOldOrNew(disk.Kill(), states, states.Count, "kill");
    }

    [Theory]
    [InlineData(SimCall.Write, 28)]
    [InlineData(SimCall.Write, 5)]
    [InlineData(SimCall.SetLength, 28)]
    [InlineData(SimCall.SyncData, 5)]
    public void An_error_at_any_call_leaves_the_database_usable_or_fatal_but_never_corrupt(SimCall call, int error)
    {
        var whole = TestDatabase.NewDisk();
        var states = new List<string>();
        Run(whole, states);
        for (var number = 1; number <= whole.Calls(call); number++)
        {
            var disk = TestDatabase.NewDisk();
            disk.FailCall(call, number, error);
            var committed = RunWithFault(disk);
            using var database = TestDatabase.Open(disk.Kill());
            database.AssertSound();

            // A fatal failure may have reached the disk or not; without one the file is what the process saw.
            var state = State(database);
            Assert.Contains(state, new[] { committed.Last, committed.Attempted });
            Assert.True(committed.IsFatal || state == committed.Last, $"{call} {number}");
        }
    }

    [Fact]
    public void After_a_failed_write_the_next_commit_succeeds()
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        Commit(database, 0);
        var before = State(database);

        disk.FailCall(SimCall.Write, 1, 28);
        Assert.Throws<IOException>(() => Commit(database, 1));
        Assert.Equal(before, State(database));
        database.AssertSound();

        Commit(database, 1);
        Assert.NotEqual(before, State(database));
        database.AssertSound();
    }

    [Fact]
    public void After_a_failed_sync_nothing_more_is_written()
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        Commit(database, 0);
        var before = State(database);

        disk.FailCall(SimCall.SyncData, 1, 5);
        Assert.Throws<DatabaseFailedException>(() => Commit(database, 1));
        Assert.Throws<DatabaseFailedException>(() => database.BeginWrite());
        Assert.Equal(before, State(database));
    }

    private static (string Last, string Attempted, bool IsFatal) RunWithFault(SimDisk disk)
    {
        var last = StateAfter(0);
        var attempted = last;
        try
        {
            using var database = TestDatabase.Open(disk);
            last = attempted = State(database);
            for (var commit = 0; commit < Commits; commit++)
            {
                try
                {
                    Commit(database, commit);
                    last = attempted = State(database);
                }
                catch (IOException failure) when (failure is not DatabaseFailedException)
                {
                    // The commit that failed must leave everything usable: it is simply made again.
                    Assert.Equal(last, State(database));
                    database.AssertSound();
                    commit--;
                }
                catch (DatabaseFailedException)
                {
                    return (last, StateAfter(commit + 1), true);
                }
            }
        }
        catch (IOException)
        {
            // Opening failed: the file is new or nothing.
        }

        return (last, attempted, false);
    }

    private static string StateAfter(int commits)
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        for (var commit = 0; commit < commits; commit++)
        {
            Commit(database, commit);
        }

        return State(database);
    }

    private static void Run(SimDisk disk, List<string> states)
    {
        using var database = TestDatabase.Open(disk);
        states.Add(State(database));
        for (var commit = 0; commit < Commits; commit++)
        {
            Commit(database, commit);
            states.Add(State(database));
        }
    }

    private static void Commit(BboltDatabase database, int number)
    {
        using var transaction = database.BeginWrite();
        var bucket = transaction.CreateBucket("key"u8);
        for (var i = 0; i < 60; i++)
        {
            bucket.Put(TestDatabase.Bytes($"{(i * 7 + number * 31) % 400:d4}"), new byte[20 + (i * number) % 300]);
        }

        for (var i = 0; i < number * 3; i++)
        {
            bucket.Delete(TestDatabase.Bytes($"{(i * 13) % 400:d4}"));
        }

        transaction.CreateBucket("meta"u8).Put("consistent_index"u8, [(byte)number]);
        transaction.Commit();
    }

    private static void AssertOldOrNew(SimDisk disk, List<string> states, int committed, string where)
    {
        if (!disk.FileExists(TestDatabase.Path))
        {
            Assert.True(committed == 0, where);
            return;
        }

        using var database = TestDatabase.Open(disk);
        database.AssertSound();
        var state = State(database);
        var expected = states.Skip(Math.Max(0, committed - 1)).Take(2).ToList();
        Assert.True(expected.Contains(state), $"{where}: neither the state after commit {committed} nor the next");
    }

    private static string State(BboltDatabase database)
    {
        using var transaction = database.BeginRead();
        var hash = 0u;
        foreach (var name in transaction.BucketNames())
        {
            hash = Crc32C.Update(hash, name);
            foreach (var (key, value) in transaction.Entries(System.Text.Encoding.UTF8.GetString(name)))
            {
                hash = Crc32C.Update(Crc32C.Update(hash, key), value);
            }
        }

        return $"{hash:x8}";
    }
}
