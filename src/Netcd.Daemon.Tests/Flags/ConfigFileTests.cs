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
        Assert.Equal(expected, Assert.ThrowsAny<FlagValueException>(() => ConfigFile.Parse(text)).Message);

    [Theory]
    [InlineData("heartbeat-interval: 0x64",                           "heartbeat-interval", "100")]
    [InlineData("heartbeat-interval: 0144",                           "heartbeat-interval", "100")]
    [InlineData("heartbeat-interval: 1_00",                           "heartbeat-interval", "100")]
    [InlineData("heartbeat-interval: 1e2",                            "heartbeat-interval", "100")]
    [InlineData("Heartbeat-Interval: 100",                            "heartbeat-interval", "100")]
    [InlineData("x: &a 100\nheartbeat-interval: *a",                  "heartbeat-interval", "100")]
    [InlineData("x: &a {name: b}\n<<: *a\nname: c",                   "name",               "c")]
    [InlineData("x: &a {name: b}\n<<: [*a]",                          "name",               "b")]
    [InlineData("grpc-keepalive-interval: 1e9",                       "grpc-keepalive-interval", "1s")]
    [InlineData("quota-backend-bytes: 1.5e9",                         "quota-backend-bytes", "1500000000")]
    [InlineData("enable-pprof: yes",                                  "enable-pprof",       "true")]
    [InlineData("enable-pprof: On",                                   "enable-pprof",       "true")]
    [InlineData("enable-pprof: TRUE",                                 "enable-pprof",       "true")]
    [InlineData("enable-pprof: ~",                                    "enable-pprof",       "false")]
    [InlineData("name: 'null'",                                       "name",               "null")]
    [InlineData("name: !!str 5",                                      "name",               "5")]
    [InlineData("name: b\n---\nname: c",                              "name",               "b")]
    [InlineData("\ufeffname: b",                                      "name",               "b")]
    [InlineData("v2-deprecation: bogus",                              "v2-deprecation",     "write-only")]
    [InlineData("{\"client-transport-security\":{\"cert-file\":\"x\"}}", "cert-file",       "x")]
    [InlineData("client-transport-security:",                         "cert-file",          "")]
    [InlineData("null",                                               "name",               "default")]
    [InlineData("# nothing",                                          "name",               "default")]
    public void Values_are_those_that_go_reads(string text, string flag, string expected) =>
        Assert.Equal(expected, ConfigFile.Parse(text).Text(flag));

    [Theory]
    [InlineData("heartbeat-interval: \"100\"",          "string into Go struct field .heartbeat-interval of type uint")]
    [InlineData("heartbeat-interval: -1",               "number -1 into Go struct field .heartbeat-interval of type uint")]
    [InlineData("heartbeat-interval: 1.5",              "number 1.5 into Go struct field .heartbeat-interval of type uint")]
    [InlineData("heartbeat-interval: 99999999999999999999", "number 100000000000000000000 into Go struct field .heartbeat-interval of type uint")]
    [InlineData("enable-pprof: \"true\"",               "string into Go struct field .enable-pprof of type bool")]
    [InlineData("enable-pprof: 1",                      "number into Go struct field .enable-pprof of type bool")]
    [InlineData("name: 5",                              "number into Go struct field .name of type string")]
    [InlineData("name: true",                           "bool into Go struct field .name of type string")]
    [InlineData("name: [a]",                            "array into Go struct field .name of type string")]
    [InlineData("name: {a: b}",                         "object into Go struct field .name of type string")]
    [InlineData("listen-client-urls: [http://a:1]",     "array into Go struct field .listen-client-urls of type string")]
    [InlineData("log-outputs: stderr",                  "string into Go struct field .log-outputs of type []string")]
    [InlineData("cipher-suites: X",                     "string into Go struct field .cipher-suites of type []string")]
    [InlineData("client-transport-security: foo",       "string into Go struct field .client-transport-security of type embed.securityConfig")]
    [InlineData("quota-backend-bytes: 2G",              "string into Go struct field .quota-backend-bytes of type int64")]
    [InlineData("auto-compaction-retention: 5",         "number into Go struct field .auto-compaction-retention of type string")]
    [InlineData("hello",                                "string into Go value of type embed.configYAML")]
    [InlineData("- a",                                  "array into Go value of type embed.configYAML")]
    [InlineData("5",                                    "number into Go value of type embed.configYAML")]
    public void Wrong_types_are_refused_as_go_refuses_them(string text, string expected) =>
        Assert.Equal(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " + expected,
            Assert.Throws<FlagValueException>(() => ConfigFile.Parse(text)).Message);

    [Theory]
    [InlineData("name: b\na: b: c",   "line 2: mapping values are not allowed in this context")]
    [InlineData("name: b\n\tname: x", "line 2: found a tab character that violates indentation")]
    [InlineData("[a]: x",             "invalid map key")]
    public void What_is_no_yaml_is_named_with_its_line(string text, string expected) =>
        Assert.Equal(
            "error converting YAML to JSON: yaml: " + expected,
            Assert.Throws<FlagValueException>(() => ConfigFile.Parse(text)).Message);

    [Theory]
    [InlineData("/proc/self/mem", "read /proc/self/mem: ")]
    [InlineData("/tmp",           "read /tmp: is a directory")]
    public void Files_that_cannot_be_read_are_named(string path, string expected) =>
        Assert.StartsWith(
            expected,
            Assert.Throws<FlagValueException>(() => ConfigFile.Read(path)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. "name: "u8, 0xFF]);
            Assert.Equal(
                "error converting YAML to JSON: yaml: invalid leading UTF-8 octet",
                Assert.Throws<FlagValueException>(() => ConfigFile.Read(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Missing_file_is_named() =>
        Assert.Equal(
            "open /nonexistent.yml: no such file or directory",
            Assert.Throws<FlagValueException>(() => ConfigFile.Read("/nonexistent.yml")).Message);

    [Fact]
    public void Deep_nesting_is_refused_without_harm() =>
        Assert.Throws<FlagValueException>(() => ConfigFile.Parse("a: " + new string('[', 2_000)));
}
