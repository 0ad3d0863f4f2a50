using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>Command lines that no proxy starts with, and help pages: the words of real etcd.</summary>
public sealed class ProxyRefusalTests
{
    [Theory]
    [InlineData("grpc-proxy")]
    [InlineData("grpc-proxy --help")]
    [InlineData("grpc-proxy start --help")]
    [InlineData("gateway")]
    [InlineData("gateway start --help")]
    [InlineData("grpc-proxy start --nope")]
    [InlineData("grpc-proxy start --resolver-ttl x")]
    [InlineData("grpc-proxy start --max-concurrent-streams 4294967296")]
    [InlineData("grpc-proxy start --max-send-bytes 99999999999999999999")]
    [InlineData("grpc-proxy start --dial-keepalive-time 5")]
    [InlineData("grpc-proxy start --self-signed-cert-validity -1")]
    [InlineData("grpc-proxy start --resolver-prefix p")]
    [InlineData("grpc-proxy start --resolver-ttl 5")]
    [InlineData("grpc-proxy start --resolver-prefix p --resolver-ttl 5 --advertise-client-url=")]
    [InlineData("grpc-proxy start --tls-min-version TLS1.1")]
    [InlineData("grpc-proxy start --tls-max-version 1.3")]
    [InlineData("grpc-proxy start --tls-min-version TLS1.3 --tls-max-version TLS1.2")]
    [InlineData("grpc-proxy start --tls-min-version TLS1.3 --listen-cipher-suites TLS_AES_128_GCM_SHA256")]
    [InlineData("grpc-proxy start --auto-tls --self-signed-cert-validity 0")]
    [InlineData("grpc-proxy start --listen-addr 127.0.0.1")]
    [InlineData("grpc-proxy start --listen-addr ADDRESS --cert nofile")]
    [InlineData("grpc-proxy start --listen-addr ADDRESS --advertise-client-url= --metrics-addr 127.0.0.1:1")]
    [InlineData("gateway start --listen-addr nonsense")]
    [InlineData("gateway start --endpoints ADDRESS --listen-addr ADDRESS")]
    public async Task Words_are_those_of_real_etcd(string line)
    {
        var address = $"127.0.0.1:{FreePorts.Take()}";
        var arguments = line.Replace("ADDRESS", address).Split(' ');
        var expected = await Command.RunAsync(Programs.GoEtcd, arguments);
        var result = await Command.RunAsync(Programs.Netcd, arguments);
        Assert.Equal(expected.ExitCode, result.ExitCode);
        Assert.Equal(expected.Output.TrimEnd(), result.Output.TrimEnd());
        Assert.Equal(Words(expected.Error), Words(result.Error));
    }

    // Without log lines.
    private static string Words(string error) => string.Join(
        '\n', error.Split('\n').Where(line => !line.StartsWith('{')));
}
