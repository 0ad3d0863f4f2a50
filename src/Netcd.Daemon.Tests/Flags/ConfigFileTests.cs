using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Flags;

public sealed class ConfigFileTests
{
    [Fact]
    public void Keys_maps_lists_and_nanoseconds_are_read()
    {
        var values = ConfigFile.Parse(
            """
            name: infra0
            data-dir: /tmp/one
            data-dir: /tmp/two
            listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
            grpc-keepalive-interval: 7200000000000
            unknown-key: {a: 1}
            quota-backend-bytes: 8589934592
            client-transport-security:
              cert-file: /c.crt
              client-cert-auth: true
              allowed-hostname: [a, b]
            log-outputs: [stderr]
            """);
        Assert.Equal("infra0", values.Text("name"));
        Assert.Equal("/tmp/two", values.Text("data-dir"));
        Assert.Equal(2, values.Urls("listen-client-urls").Count);
        Assert.Equal(TimeSpan.FromHours(2), values.Duration("grpc-keepalive-interval"));
        Assert.Equal(8589934592, values.Int64("quota-backend-bytes"));
        Assert.Equal("/c.crt", values.Text("cert-file"));
        Assert.True(values.Bool("client-cert-auth"));
        Assert.Equal(["a", "b"], values.Words("client-cert-allowed-hostname"));
    }

    [Theory]
    [InlineData(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field .grpc-keepalive-interval of type time.Duration",
        "grpc-keepalive-interval: 5s")]
    [InlineData("unexpected error setting up listen-client-urls: URL scheme must be http, https, unix, or unixs: ftp://x:1", "listen-client-urls: ftp://x:1")]
    [InlineData("unexpected clusterState \"x\"", "initial-cluster-state: x")]
    public void Bad_values_are_refused_with_the_text_of_etcd(string expected, string text) =>
        Assert.Equal(expected, Assert.Throws<FlagValueException>(() => ConfigFile.Parse(text)).Message);

    [Fact]
    public void Missing_file_is_named() =>
        Assert.Equal(
            "open /nonexistent.yml: no such file or directory",
            Assert.Throws<FlagValueException>(() => ConfigFile.Read("/nonexistent.yml")).Message);

    [Fact]
    public void Deep_nesting_is_refused_without_harm() =>
        Assert.Throws<FlagValueException>(() => ConfigFile.Parse("a: " + new string('[', 2_000)));
}
