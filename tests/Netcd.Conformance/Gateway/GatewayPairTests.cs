using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Gateway;

/// <summary>Answers over HTTP are those of etcd, to the byte where etcd's own are the same each time.</summary>
public sealed class GatewayPairTests
{
    private const int PairsMin = 300;

    [Fact]
    public Task Answers_to_hundreds_of_requests_are_those_of_etcd()
    {
        var requests = PairRunner.Read("requests.txt");
        Assert.InRange(requests.Length, PairsMin, int.MaxValue);
        return PairRunner.CompareAsync(requests);
    }

    [Fact]
    public Task Answers_about_users_and_under_auth_are_those_of_etcd() =>
        PairRunner.CompareAsync(PairRunner.Read("auth-requests.txt"), port: null, "--bcrypt-cost=4");

    [Fact]
    public Task Answers_about_locks_and_elections_are_those_of_etcd() =>
        PairRunner.CompareAsync(PairRunner.Read("lock-requests.txt"));

    [Fact]
    public Task Without_the_gateway_origins_and_hosts_are_judged_as_in_etcd() =>
        PairRunner.CompareAsync(
            PairRunner.Parse(
                """
                POST /v3/kv/range {}
                POST /v3
                POST /v3/
                GET /version {{Origin: http://one.example:80}}
                GET /version {{Origin: http://three.example:80}}
                GET /version {{Host: evil.example}}
                GET /version {{Host: localhost:99}}
                GET /health {{Host: [::1]:99}}
                OPTIONS /anything {{Host: [::1]}}
                OPTIONS /anything {{Origin: http://two.example:81}}
                POST /v3/kv/range {{Host: evil.example}} {}
                """),
            port: null,
            "--enable-grpc-gateway=false",
            "--cors=http://one.example:80,http://two.example:81",
            "--host-whitelist=localhost,127.0.0.1");

    [Fact]
    public Task Listener_of_its_own_serves_http()
    {
        var port = FreePorts.Take();
        return PairRunner.CompareAsync(
            PairRunner.Parse(
                """
                POST /v3/kv/put {"key":"YQ==","value":"MQ=="}
                POST /v3/kv/range {"key":"YQ=="}
                GET /health
                GET /version
                GET /readyz
                """),
            port,
            $"--listen-client-http-urls=http://127.0.0.1:{port}");
    }

    [Fact]
    public Task Listener_of_metrics_serves_nothing_else()
    {
        var port = FreePorts.Take();
        return PairRunner.CompareAsync(
            PairRunner.Parse(
                """
                POST /v3/kv/range {"key":"YQ=="}
                GET /health
                GET /livez?verbose
                GET /readyz
                GET /version
                GET /debug/vars
                GET /debug/pprof/
                GET //health
                OPTIONS /health
                GET /health {{Host: evil.example}}
                """),
            port,
            "--host-whitelist=localhost,127.0.0.1",
            $"--listen-metrics-urls=http://127.0.0.1:{port}");
    }
}
