using System.Text;

namespace Netcd.Grpc.Tests;

public sealed class MethodTableTests : IUnaryHandler
{
    private readonly MethodTable _table;

    public MethodTableTests() => _table = new MethodTable([new Method("etcdserverpb.KV", "Range", this)]);

    CallStep IUnaryHandler.Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        CallStep.Pending;

    [Theory]
    [InlineData("/etcdserverpb.KV/Range", true)]
    [InlineData("/etcdserverpb.KV/range", false)]
    [InlineData("etcdserverpb.KV/Range", false)]
    [InlineData("/etcdserverpb.KV/Range/", false)]
    [InlineData("", false)]
    public void Path_is_found_by_text_and_by_bytes(string path, bool isFound)
    {
        Assert.Equal(isFound, _table.TryGet(path, out var byText));
        Assert.Equal(isFound, _table.TryGet(Encoding.UTF8.GetBytes(path), out var byBytes));
        Assert.Same(byText, byBytes);
    }

    [Fact]
    public void Very_long_path_is_not_found() => Assert.False(_table.TryGet(new byte[100_000], out _));

    [Theory]
    [InlineData("/etcdserverpb.KV/Nope", "unknown method Nope for service etcdserverpb.KV")]
    [InlineData("/foo/Range", "unknown service foo")]
    [InlineData("/a/b/c", "unknown service a/b")]
    [InlineData("/foo", "malformed method name: \"/foo\"")]
    [InlineData("foo/bar", "malformed method name: \"foo/bar\"")]
    [InlineData("/", "malformed method name: \"/\"")]
    [InlineData("\u00ff", "malformed method name: \"ÿ\"")]
    public void Unknown_path_has_grpc_go_text(string path, string message) =>
        Assert.Equal(new Status(StatusCode.Unimplemented, message), _table.Unimplemented(path));
}
