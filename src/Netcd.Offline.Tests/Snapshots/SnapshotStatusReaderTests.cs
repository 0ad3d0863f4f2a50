using Netcd.Bbolt;
using Netcd.Disk;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Tests.Support;

namespace Netcd.Offline.Tests.Snapshots;

public sealed class SnapshotStatusReaderTests : IDisposable
{
    private readonly WorkFiles _files = new();

    public void Dispose() => _files.Dispose();

    // The numbers that real etcdutl 3.5.30 gives (tests/fixtures/README.md).
    [Fact]
    public void Status_is_that_of_etcdutl()
    {
        var status = SnapshotStatusReader.Read(_files.Tools, _files.KubeRegistry());
        Assert.Equal(new SnapshotStatus(0xba02fdd2, 269, 279, 372736), status);
    }

    [Fact]
    public void Status_of_a_3_6_database_is_told()
    {
        var data = _files.DataDirectory("etcd-3.6.14-datadir");
        var status = SnapshotStatusReader.Read(_files.Tools, data + "/member/snap/db");
        Assert.Equal(262, status.Revision);
    }

    [Fact]
    public void Database_of_a_running_member_is_refused()
    {
        var path = _files.KubeRegistry();
        using var member = BboltDatabase.Open(RealDisk.Instance, path, new BboltOptions());
        var refused = Assert.Throws<OfflineException>(() => SnapshotStatusReader.Read(_files.Tools, path));
        Assert.Equal(
            $"database file \"{path}\" is in use by another process: stop the member that runs on it first",
            refused.Message);
    }

    [Fact]
    public void Two_may_read_at_once()
    {
        var path = _files.KubeRegistry();
        using var reader = BboltDatabase.Open(RealDisk.Instance, path, new BboltOptions { ReadOnly = true });
        Assert.Equal(269, SnapshotStatusReader.Read(_files.Tools, path).Revision);
    }

    [Fact]
    public void Missing_file_is_told_as_Go_tells_it()
    {
        var refused = Assert.Throws<OfflineException>(() => SnapshotStatusReader.Read(_files.Tools, "/nope"));
        Assert.Equal("stat /nope: no such file or directory", refused.Message);
    }

    public static TheoryData<int, int, string> Damages() => new()
    {
        // Page 2 is a leaf in use and 84 the branch at the root of bucket key.
        { (2 * 4096) + 8, 2, "page 2: page type" },
        { 84 * 4096, 8, "page 84: page expected to be 84" },
        { (84 * 4096) + 16 + 8, 8, "out of bounds" },
        { (57 * 4096) + 16, 16, "page 57" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_page_is_named(int offset, int length, string problem)
    {
        var path = _files.KubeRegistry();
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(offset, length).Fill(0xff);
        File.WriteAllBytes(path, bytes);
        var refused = Assert.Throws<OfflineException>(() => SnapshotStatusReader.Read(_files.Tools, path));
        Assert.StartsWith("snapshot file integrity check failed. ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }
}
