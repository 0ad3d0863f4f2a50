using Netcd.Api.Tests.Support;
using Netcd.Base;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Tests.Web;

public sealed class WebEndpointsTests
{
    private const string Healthy = """{"health":"true","reason":""}""";

    [Fact]
    public async Task Health_is_true_to_the_byte()
    {
        using var api = await TestApi.StartAsync();
        var (status, headers, body) = await api.WebAsync("/health");
        Assert.Equal((200, "text/plain; charset=utf-8", Healthy), (status, headers.ContentType.ToString(), body));
    }

    [Theory]
    [InlineData(AlarmType.NoSpace, "/health",                                   "ALARM NOSPACE")]
    [InlineData(AlarmType.Corrupt, "/health?exclude=NOSPACE",                   "ALARM CORRUPT")]
    [InlineData(AlarmType.NoSpace, "/health?exclude=CORRUPT&exclude=NOSPACE",   null)]
    public async Task Alarms_make_it_false_unless_excluded(AlarmType alarm, string path, string? reason)
    {
        using var api = await TestApi.StartAsync();
        api.Member.Raised = [new Alarm(new MemberId(3), alarm)];
        var (status, _, body) = await api.WebAsync(path);
        Assert.Equal(
            reason is null ? (200, Healthy) : (503, $$"""{"health":"false","reason":"{{reason}}"}""" + "\n"),
            (status, body));
    }

    [Fact]
    public async Task Without_a_leader_only_serializable_health_is_true()
    {
        using var api = await TestApi.StartAsync();
        api.Member.LeaderIs = MemberId.None;
        var (status, _, body) = await api.WebAsync("/health");
        Assert.Equal((503, """{"health":"false","reason":"RAFT NO LEADER"}""" + "\n"), (status, body));
        Assert.Equal(200, (await api.WebAsync("/health?serializable=true")).Status);
        Assert.Equal(503, (await api.WebAsync("/health?serializable=yes")).Status);
    }

    [Fact]
    public async Task Read_that_fails_makes_it_false()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.Timeout;
        Assert.Equal(
            """{"health":"false","reason":"RANGE ERROR:etcdserver: request timed out"}""" + "\n",
            (await api.WebAsync("/health")).Body);
        Assert.Equal(200, (await api.WebAsync("/health?serializable=true")).Status);
    }

    [Theory]
    [InlineData("/livez",                            200, "ok\n")]
    [InlineData("/readyz",                           200, "ok\n")]
    [InlineData("/livez?verbose",                    200, "[+]serializable_read ok\nok\n")]
    [InlineData("/readyz/non_learner?verbose=false", 200, "[+]non_learner ok\nok\n")]
    [InlineData("/livez?exclude=serializable_read&verbose", 200, "ok\n")]
    [InlineData("/readyz/serializable_read?verbose", 200, "[+]serializable_read ok\nok\n")]
    [InlineData("/livez/linearizable_read",          404, "404 page not found\n")]
    [InlineData("/readyz/",                          404, "404 page not found\n")]
    [InlineData("/v2/keys",                          404, "404 page not found\n")]
    [InlineData("/",                                 404, "404 page not found\n")]
    public async Task Checks_answer_by_path(string path, int status, string body)
    {
        using var api = await TestApi.StartAsync();
        var answer = await api.WebAsync(path);
        Assert.Equal((status, body), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Failing_check_shows_all_lines()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.Timeout;
        api.Member.Raised = [new Alarm(new MemberId(3), AlarmType.Corrupt)];
        var (status, _, body) = await api.WebAsync("/readyz");
        Assert.Equal(503, status);
        Assert.Equal(
            "[-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n"
            + "[-]linearizable_read failed: etcdserver: request timed out\n[+]non_learner ok\n\n",
            body);
        Assert.Equal(200, (await api.WebAsync("/livez")).Status);
    }

    [Fact]
    public async Task Only_get_is_allowed_but_metrics_take_anything()
    {
        using var api = await TestApi.StartAsync();
        var (status, headers, body) = await api.WebAsync("/health", "HEAD");
        Assert.Equal((405, "GET", "Method Not Allowed\n"), (status, headers.Allow.ToString(), body));
        Assert.Equal(200, (await api.WebAsync("/metrics", "POST")).Status);
    }

    [Fact]
    public async Task Version_is_json_without_newline()
    {
        using var api = await TestApi.StartAsync();
        var (_, headers, body) = await api.WebAsync("/version");
        Assert.Equal("application/json", headers.ContentType.ToString());
        var storage = api.Member.StorageVersion.Length == 0 ? "unknown" : api.Member.StorageVersion;
        Assert.Equal(
            $$"""{"etcdserver":"{{TestApi.ServerVersion}}","etcdcluster":"{{api.Member.ClusterVersion}}","storage":"{{storage}}"}""",
            body);
    }

    [Fact]
    public async Task Metrics_listener_has_health_and_metrics_only()
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(200, (await api.WebAsync("/readyz", metricsListener: true)).Status);
        Assert.Equal(200, (await api.WebAsync("/metrics", metricsListener: true)).Status);
        Assert.Equal(404, (await api.WebAsync("/version", metricsListener: true)).Status);
        Assert.Equal(404, (await api.WebAsync("/debug/vars", metricsListener: true)).Status);
        var (_, headers, _) = await api.WebAsync("/health", metricsListener: true);
        Assert.Empty(headers.AccessControlAllowOrigin.ToString());
    }

    [Fact]
    public async Task Unknown_host_is_misdirected()
    {
        using var api = await TestApi.StartAsync(options =>
            options with { Hosts = new HashSet<string>(StringComparer.Ordinal) { "localhost" } });
        Assert.Equal(200, (await api.WebAsync("/health", host: "localhost")).Status);
        var (status, _, body) = await api.WebAsync("/health", host: "evil.example");
        Assert.Equal(421, status);
        Assert.StartsWith(
            "\netcd received your request, but the Host header was unrecognized.\n\nTo fix", body, StringComparison.Ordinal);
        Assert.EndsWith("(CVE-2018-5702).\n\n", body, StringComparison.Ordinal);
        Assert.Contains("--host-whitelist \"evil.example\"\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_answered_with_cross_origin_headers()
    {
        using var api = await TestApi.StartAsync();
        var (status, headers, body) = await api.WebAsync("/anything", "OPTIONS");
        Assert.Equal((200, "", "*"), (status, body, headers.AccessControlAllowOrigin.ToString()));
    }
}
