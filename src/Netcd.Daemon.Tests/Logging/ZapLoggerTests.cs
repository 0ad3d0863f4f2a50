using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Netcd.Daemon.Logging;

namespace Netcd.Daemon.Tests.Logging;

public sealed class ZapLoggerTests
{
    [Fact]
    public void Line_has_the_shape_of_a_line_of_etcd()
    {
        using var stream = new MemoryStream();
        using var provider = new ZapLoggerProvider(new LogOutput([stream]), console: false, TimeProvider.System);
        var logger = provider.CreateLogger("Netcd.Server.Member");
        logger.LogWarning("rejected connection on client endpoint {RemoteAddr} {Took} {Urls}", "1.2.3.4:5", TimeSpan.FromMilliseconds(7), new[] { "a", "b" });

        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(
            ["level", "ts", "caller", "msg", "remote-addr", "took", "urls"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("warn", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("server/member", json.RootElement.GetProperty("caller").GetString());
        Assert.Equal("rejected connection on client endpoint", json.RootElement.GetProperty("msg").GetString());
        Assert.Equal("7ms", json.RootElement.GetProperty("took").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", json.RootElement.GetProperty("ts").GetString());
    }

    [Fact]
    public void Levels_below_the_set_one_are_dropped()
    {
        using var stream = new MemoryStream();
        using var provider = new ZapLoggerProvider(new LogOutput([stream]), console: false, TimeProvider.System);
        provider.CreateLogger("a").LogDebug("no");
        Assert.Equal(0, stream.Length);
        provider.Level = LogLevel.Debug;
        provider.CreateLogger("a").LogDebug("yes");
        Assert.NotEqual(0, stream.Length);
    }

    [Fact]
    public void Console_form_is_tab_separated()
    {
        var buffer = new ArrayBufferWriter<byte>();
        ZapFormatter.Write(buffer, console: true, DateTimeOffset.UnixEpoch, LogLevel.Information, "a/b", "hello", [new("k", 1L)], null);
        Assert.Equal("1970-01-01T00:00:00.000000Z\tinfo\ta/b\thello\t{\"k\":1}\n", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
