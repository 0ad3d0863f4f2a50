using System.Text.Json;
using Netcd.Utl.Tests.Support;

namespace Netcd.Utl.Tests.Commands;

/// <summary>The commands that Go's etcdutl does not have.</summary>
public sealed class OwnCommandTests : IDisposable
{
    private readonly WorkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Check_of_a_sound_database_counts_its_records()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var (code, output, error) = await Tool.RunAsync("check", "db", "--data-dir", data);
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Assert.Contains("bucket key: 256 records\n", output, StringComparison.Ordinal);
        Assert.EndsWith("sound\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_a_damaged_database_names_page_place_and_reason()
    {
        var path = _files.KubeRegistry();
        WorkFiles.Damage(path, (57 * 4096) + 16, 16);
        var (code, output, error) = await Tool.RunAsync("check", "db", path);
        Assert.Equal(1, code);
        Assert.Contains("problem: page 57: element 0 of 2 reaches beyond the page's 4096 bytes", output,
            StringComparison.Ordinal);
        Assert.Contains("(bucket \"key\", pages ", output, StringComparison.Ordinal);
        Assert.Equal($"Error: 1 problem found in {path}\n", error);
    }

    [Fact]
    public async Task Check_tells_its_findings_in_json()
    {
        var path = _files.KubeRegistry();
        WorkFiles.Damage(path, 84 * 4096, 8);
        var (code, output, _) = await Tool.RunAsync("check", "db", path, "-w", "json");
        Assert.Equal(1, code);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("sound").GetBoolean());
        var problem = json.RootElement.GetProperty("problems")[0];
        Assert.Contains(
            "but self identifies as 18446744073709551615",
            problem.GetProperty("reason").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check db", 128, "Error: check db requires exactly one file, or --data-dir\n")]
    [InlineData("check db /nope", 1, "Error: stat /nope: no such file or directory\n")]
    [InlineData("check db /nope -w table", 4, "Error: table not supported as output format\n")]
    [InlineData("db dump", 128, "Error: db dump requires exactly one argument\n")]
    [InlineData("db dump /nope", 1, "Error: stat /nope: no such file or directory\n")]
    [InlineData("wal dump", 128, "Error: wal dump requires exactly one argument\n")]
    [InlineData("wal dump /nope", 1, "Error: open /nope: no such file or directory\n")]
    [InlineData(
        "wal dump /nope --type=x",
        128,
        "Error: unknown type of record \"x\", expected one of metadata, entry, state, crc, snapshot\n")]
    public async Task Bad_input_is_refused(string line, int code, string error)
    {
        var result = await Tool.RunAsync(line.Split(' '));
        Assert.Equal((code, "", error), result);
    }

    [Fact]
    public async Task Log_is_shown_with_decoded_requests()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var (code, output, error) = await Tool.RunAsync("wal", "dump", data);
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Assert.Contains(
            " metadata member=6803b3643a72a755 cluster=f108d315ca7282fd\n", output, StringComparison.Ordinal);
        Assert.Contains(
            " entry    term 2 index 10 put key=\"/reg/a/0001\" value=\"value-0001\"\n",
            output,
            StringComparison.Ordinal);
        Assert.Contains(" lease_grant TTL=86400 ID=7587862094567890123\n", output, StringComparison.Ordinal);
        Assert.Contains(" txn compare {", output, StringComparison.Ordinal);
        Assert.Contains(" snapshot term=2 index=505 voters=[6803b3643a72a755] learners=[]\n", output,
            StringComparison.Ordinal);

        // 1042 records (tests/fixtures/README.md), and a line before and behind.
        Assert.Equal(1044, output.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Passwords_are_shown_nowhere()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var (_, log, _) = await Tool.RunAsync("wal", "dump", data, "--full");
        Assert.Contains(
            "auth_user_add name=\"alice\" options { } hashedPassword=(hidden)\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain("alicepw", log, StringComparison.Ordinal);
        Assert.DoesNotContain("rootpw", log, StringComparison.Ordinal);
        var (_, database, _) = await Tool.RunAsync("db", "dump", data, "--full");
        Assert.Contains("  \"alice\" roles=[reader] password=(hidden)\n", database, StringComparison.Ordinal);
        Assert.DoesNotContain("$2a$", database, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_picked_by_index_and_text()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var (_, some, _) = await Tool.RunAsync("wal", "dump", data, "--start-index=10", "--end-index=12");
        Assert.Equal(3, some.Split('\n').Count(line => line.Contains(" entry ", StringComparison.Ordinal)));
        Assert.DoesNotContain(" state ", some, StringComparison.Ordinal);
        var (_, compactions, _) = await Tool.RunAsync("wal", "dump", data, "--contains=compaction ", "-w", "json");
        using var json = JsonDocument.Parse(compactions);
        Assert.Equal("entry", json.RootElement.GetProperty("type").GetString());
        Assert.StartsWith("compaction revision=434", json.RootElement.GetProperty("text").GetString(),
            StringComparison.Ordinal);
        var (_, snapshots, _) = await Tool.RunAsync("wal", "dump", data, "--type=snapshot");
        Assert.Equal(6, snapshots.Split('\n').Count(line => line.Contains(" snapshot ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Damaged_log_is_shown_up_to_the_damage()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var segment = data + "/member/wal/0000000000000000-0000000000000000.wal";
        WorkFiles.Damage(segment, 1232, 8);
        var (code, output, error) = await Tool.RunAsync("wal", "dump", data);
        Assert.Equal(1, code);
        Assert.Contains(" index 11 put ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(" index 12 put ", output, StringComparison.Ordinal);
        Assert.Contains($"{segment}: offset 12", error, StringComparison.Ordinal);
        Assert.StartsWith("Error: damaged: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_behind_a_damaged_one_are_shown()
    {
        var data = _files.DataDirectory("etcd-3.5.30-walcut");
        WorkFiles.Damage(data + "/member/wal/0000000000000000-0000000000000000.wal", 1000, 8);
        var (code, output, _) = await Tool.RunAsync("wal", "dump", data, "--type=entry");
        Assert.Equal(1, code);
        Assert.Contains(" index 54 ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_shown_by_revision_and_picked_by_prefix()
    {
        var data = _files.DataDirectory("etcd-3.5.30-datadir");
        var (code, output, _) = await Tool.RunAsync("db", "dump", data, "--bucket=key", "--prefix=/tomb/");
        Assert.Equal(0, code);
        Assert.Contains("  434.0 delete \"/tomb/x\"\n", output, StringComparison.Ordinal);
        var (_, range, _) = await Tool.RunAsync(
            "db", "dump", data, "--bucket=key", "--start-rev=470", "--end-rev=471", "--keys-only");
        Assert.Equal(2, range.Split('\n').Count(line => line.StartsWith("  47", StringComparison.Ordinal)));
        Assert.DoesNotContain(" = ", range, StringComparison.Ordinal);
        var (_, one, _) = await Tool.RunAsync("db", "dump", data, "--bucket=key", "--key=/scratch", "-w", "json");
        using var json = JsonDocument.Parse(one);
        Assert.StartsWith("put \"/scratch\" = ", json.RootElement.GetProperty("text").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_database_is_shown_up_to_the_damage_of_each_bucket()
    {
        var path = _files.KubeRegistry();
        WorkFiles.Damage(path, 57 * 4096, 8);
        var (code, output, error) = await Tool.RunAsync("db", "dump", path);
        Assert.Equal(1, code);
        Assert.Contains("  2.0 put \"/registry/ranges/servicenodeports\"", output, StringComparison.Ordinal);
        Assert.Contains("bucket meta\n", output, StringComparison.Ordinal);
        Assert.Equal(
            $"Error: damaged: {path}: page 57, offset {57 * 4096}: "
            + "page expected to be 57, but self identifies as 18446744073709551615\n",
            error);
    }
}
