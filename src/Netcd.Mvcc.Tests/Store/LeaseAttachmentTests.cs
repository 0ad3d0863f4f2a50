using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>How keys and leases stay together through puts, deletions and restarts.</summary>
public sealed class LeaseAttachmentTests
{
    [Fact]
    public void A_put_moves_its_key_to_the_lease_it_names()
    {
        using var opened = Open(new SimDisk(), out var lessor);
        opened.Apply(_ => lessor.Grant(new LeaseId(1), 100, out var _));
        opened.Apply(_ => lessor.Grant(new LeaseId(2), 100, out var _));
        opened.Put("a", "1", lease: 1);
        opened.Put("b", "1", lease: 1);
        Assert.Equal(["a", "b"], Keys(lessor, 1));
        opened.Put("a", "2", lease: 2);
        Assert.Equal(["b"], Keys(lessor, 1));
        Assert.Equal(["a"], Keys(lessor, 2));
        opened.Put("a", "3");
        Assert.Empty(Keys(lessor, 2));
        opened.Delete("\0", "\0");
        Assert.Empty(Keys(lessor, 1));
    }

    [Fact]
    public void Attachments_come_back_from_the_records_after_a_restart()
    {
        var disk = new SimDisk();
        using (var opened = Open(disk, out var lessor))
        {
            for (var id = 1; id <= 3; id++)
            {
                opened.Apply(_ => lessor.Grant(new LeaseId(id), 100, out var _));
            }

            opened.Put("moved", "1", lease: 1);
            opened.Put("moved", "2", lease: 2);
            opened.Put("freed", "1", lease: 1);
            opened.Put("freed", "2");
            opened.Put("deleted", "1", lease: 1);
            opened.Delete("deleted");
            opened.Put("kept", "1", lease: 1);
            opened.Put("orphan", "1", lease: 3);
            opened.Apply(transaction =>
            {
                // As a db that lost a lease: its key keeps the number without effect.
                opened.Backend.Delete(BucketId.Lease, [0, 0, 0, 0, 0, 0, 0, 3]);
                return transaction.Changes;
            });
        }

        using var again = Open(disk, out var restored);
        Assert.Equal(2, restored.Count);
        Assert.Equal(["kept"], Keys(restored, 1));
        Assert.Equal(["moved"], Keys(restored, 2));
        Assert.Equal(LeaseId.None, restored.GetLease("orphan"u8));
        Assert.Equal(4, again.List().Length);
    }

    [Fact]
    public void Revoking_deletes_the_keys_in_one_revision()
    {
        using var opened = Open(new SimDisk(), out var lessor);
        opened.Apply(_ => lessor.Grant(new LeaseId(1), 100, out var _));
        opened.Put("b", "1", lease: 1);
        opened.Put("a", "1", lease: 1);
        opened.Put("c", "1");
        opened.Apply(transaction =>
        {
            Assert.Equal(LeaseStatus.Ok, lessor.BeginRevoke(new LeaseId(1), out var keys));
            foreach (var key in keys)
            {
                Assert.True(transaction.TryDelete(key));
            }

            lessor.CompleteRevoke(new LeaseId(1));
            return transaction.Changes;
        });
        Assert.Equal(["c=1"], opened.List());
        Assert.Equal(5, opened.Store.CurrentRevision);
        Assert.Empty(opened.Backend.Scan(BucketId.Lease));
    }

    [Theory]
    [InlineData(1001, "/lease/one/k1 /lease/one/k2")]
    [InlineData(1002, "/lease/two/k1")]
    [InlineData(7587862094567890123, "")]
    public void Leases_of_a_Go_database_have_their_keys(long id, string keys)
    {
        using var opened = Open(FixtureTests.Load("etcd-3.5.30-datadir", "data/member/snap/db"), out var lessor);
        Assert.Equal(3, lessor.Count);
        Assert.Equal(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries), Keys(lessor, id));
    }

    private static TestStore Open(SimDisk disk, out Lessor lessor)
    {
        disk.CreateDirectory(TestStore.DirectoryPath);
        Lessor? made = null;
        var opened = TestStore.Open(disk, lessorOf: backend =>
        {
            var leases = new LeaseBucket(backend);
            made = new Lessor(leases, new LessorOptions(), TimeProvider.System);
            leases.RestoreInto(made);
            return made;
        });
        lessor = made!; // Made while opening.
        return opened;
    }

    private static IEnumerable<string> Keys(Lessor lessor, long id) =>
        lessor.Keys(new LeaseId(id)).Select(key => TestStore.Text(key)).Order(StringComparer.Ordinal);
}
