using System.Net.Sockets;
using System.Text;
using Netcd.Api.Tests.Support;

namespace Netcd.Api.Tests.Profiles;

public sealed class ProfileEndpointsTests
{
    [Theory]
    [InlineData("/debug/pprof/", 200, "<a href=\"heap\">")]
    [InlineData("/debug/pprof", 301, "")]
    [InlineData("/debug/pprof/heap?gc=1", 200, "\nheap_bytes ")]
    [InlineData("/debug/pprof/goroutine", 200, "\nid state user_ticks system_ticks name\n")]
    [InlineData("/debug/pprof/threadcreate", 200, "pool_threads ")]
    [InlineData("/debug/pprof/nosuch", 404, "Unknown profile\n")]
    [InlineData("/debug/vars", 200, "\n\"raft.status\": {\"id\":\"")]
    public async Task Pages_are_served_on_demand_only(string path, int status, string part)
    {
        using var api = await TestApi.StartAsync(options => options with { ProfilesEnabled = true });
        var (seen, _, body) = await api.WebAsync(path);
        Assert.Equal(status, seen);
        Assert.Contains(part, body, StringComparison.Ordinal);
        using var plain = await TestApi.StartAsync();
        Assert.Equal(path == "/debug/vars" ? 200 : 404, (await plain.WebAsync(path)).Status);
    }

    [Fact]
    public async Task Recording_is_a_trace_file()
    {
        using var api = await TestApi.StartAsync(options => options with { ProfilesEnabled = true });
        var (status, headers, body) = await api.WebAsync("/debug/pprof/trace?seconds=1");
        Assert.Equal(200, status);
        Assert.Equal("attachment; filename=\"trace.nettrace\"", headers.ContentDisposition.ToString());
        Assert.StartsWith("Nettrace", body, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 1000, int.MaxValue);
    }

    [Fact]
    public async Task Sockets_that_dead_processes_left_behind_do_not_hinder_a_recording()
    {
        var stale = Enumerable.Range(0, 8)
            .Select(number => Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-{number}-socket"))
            .ToList();
        try
        {
            foreach (var path in stale)
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
                File.Move(path + ".bound", path); // Its end removes only the name it was bound to.
            }

            using var api = await TestApi.StartAsync(options => options with { ProfilesEnabled = true });
            Assert.Equal(200, (await api.WebAsync("/debug/pprof/trace?seconds=1")).Status);
        }
        finally
        {
            stale.ForEach(File.Delete);
        }
    }

    [Fact]
    public async Task Log_level_is_shown_and_set()
    {
        var level = "info";
        using var api = await TestApi.StartAsync(options => options with
        {
            ProfilesEnabled = true,
            LogLevel = () => level,
            SetLogLevel = word =>
            {
                level = word == "debug" ? word : level;
                return word == "debug";
            },
        });
        Assert.Equal("{\"level\":\"info\"}\n", (await api.WebAsync("/debug/log-level")).Body);
        foreach (var (body, status, answer) in new[]
        {
            ("{\"level\":\"x\"}", 400, """{"error":"unrecognized level: \u0022x\u0022"}"""),
            ("{\"level\":5}", 400, """{"error":"must specify logging level"}"""),
            ("bad", 400, """{"error":"must specify logging level"}"""),
            ("{\"level\":\"debug\"}", 200, """{"level":"debug"}"""),
        })
        {
            var (seen, _, text) = await api.SendAsync("PUT", "/debug/log-level", body);
            Assert.Equal((status, answer + "\n"), (seen, text));
        }

        Assert.Equal(405, (await api.PostAsync("/debug/log-level", "")).Status);
    }
}
