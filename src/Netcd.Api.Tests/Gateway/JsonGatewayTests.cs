using Netcd.Api.Gateway;
using Netcd.Api.Tests.Support;

namespace Netcd.Api.Tests.Gateway;

public sealed class JsonGatewayTests
{
    [Fact]
    public async Task Put_and_range_pass_through()
    {
        using var api = await TestApi.StartAsync();
        var (status, headers, body) = await api.PostAsync("/v3/kv/put", """{"key":"Zm9v","value":"YmFy"}""");
        Assert.Equal((200, "application/json"), (status, headers.ContentType.ToString()));
        Assert.Equal("application/grpc", headers["Grpc-Metadata-Content-Type"]);
        Assert.EndsWith("\"revision\":\"2\",\"raft_term\":\"2\"}}", body, StringComparison.Ordinal);
        (_, _, body) = await api.PostAsync("/v3beta/kv/range", """{"key":"Zm9v"}""");
        Assert.EndsWith(
            "\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"mod_revision\":\"2\",\"version\":\"1\","
            + "\"value\":\"YmFy\"}],\"count\":\"1\"}",
            body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_list_leaves_in_pieces()
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await api.PutAsync($"key-{i}", new string('x', 100_000));
        }

        var (status, headers, body) = await api.PostAsync("/v3/kv/range", """{"key":"AA==","range_end":"AA=="}""");
        Assert.Equal((200, null), (status, headers.ContentLength));
        Assert.EndsWith("\"count\":\"5\"}", body, StringComparison.Ordinal);
        Assert.InRange(body.Length, 5 * 133_000, 5 * 135_000);
    }

    [Theory]
    [InlineData("/v3/kv/range",  "{}",   400, """{"code":3,"message":"etcdserver: key is not provided"}""")]
    [InlineData("/v3/kv/range",  "",     400, """{"code":3,"message":"etcdserver: key is not provided"}""")]
    [InlineData("/v3/kv/range",  "{bad", 400,
        """{"code":3,"message":"invalid character 'b' looking for beginning of object key string"}""")]
    [InlineData("/v3/kv/range/", "{}",   404, """{"code":5,"message":"Not Found"}""")]
    [InlineData("/v3/nosuch",    "{}",   404, """{"code":5,"message":"Not Found"}""")]
    [InlineData("/v3/lease/revoke", """{"ID":5}""", 404,
        """{"code":5,"message":"etcdserver: requested lease not found"}""")]
    public async Task Refusals_have_the_status_of_their_code(string path, string request, int status, string answer)
    {
        using var api = await TestApi.StartAsync();
        var (seen, headers, body) = await api.PostAsync(path, request);
        Assert.Equal((status, answer, "application/json"), (seen, body, headers.ContentType.ToString()));
    }

    [Fact]
    public async Task Only_post_is_served()
    {
        using var api = await TestApi.StartAsync();
        var (status, _, body) = await api.WebAsync("/v3/kv/range");
        Assert.Equal((501, """{"code":12,"message":"Method Not Allowed"}"""), (status, body));
    }

    [Fact]
    public async Task Switched_off_it_is_not_there()
    {
        using var api = await TestApi.StartAsync(options => options with { GatewayEnabled = false });
        var (status, _, body) = await api.PostAsync("/v3/kv/range", "{}");
        Assert.Equal((404, "404 page not found\n"), (status, body));
    }

    [Theory]
    [InlineData("Grpc-Timeout", "xx", 400, """{"code":3,"message":"invalid grpc-timeout: xx"}""")]
    [InlineData("Grpc-Timeout", "1n", 504, """{"code":4,"message":"context deadline exceeded"}""")]
    [InlineData("Grpc-Metadata-X-Bin", "!!", 400,
        """{"code":3,"message":"invalid binary header Grpc-Metadata-X-Bin: illegal base64 data at input byte 0"}""")]
    public async Task Headers_are_looked_at(string name, string value, int status, string answer)
    {
        using var api = await TestApi.StartAsync();
        var (seen, _, body) = await api.PostAsync("/v3/kv/range", """{"key":"YQ=="}""", (name, value));
        Assert.Equal((status, answer), (seen, body));
    }

    [Fact]
    public async Task Keep_alives_are_answered_line_by_line()
    {
        using var api = await TestApi.StartAsync();
        await api.PostAsync("/v3/lease/grant", """{"TTL":100,"ID":7}""");
        var (status, _, body) = await api.PostAsync("/v3/lease/keepalive", """{"ID":7} {"ID":"8"}{bad""");
        Assert.Equal(200, status);
        var lines = body.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("{\"result\":{\"header\":", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("\"ID\":\"7\",\"TTL\":\"100\"}}", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("\"ID\":\"8\"}}", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_beyond_any_request_is_refused()
    {
        using var api = await TestApi.StartAsync(options => options with { MaxRequestBytes = 1024 });
        var spaces = new string(' ', 8 * 1024 * 1024);
        var (status, _, body) = await api.PostAsync("/v3/kv/range", spaces + "{}");
        Assert.Equal(429, status);
        Assert.Equal(
            """{"code":8,"message":"grpc: received message larger than max (8388610 vs. 525312)"}""", body);
    }

    [Fact]
    public async Task Every_route_has_a_method()
    {
        using var api = await TestApi.StartAsync();
        var routes = new Routes(api.Methods);
        Assert.Equal(51, routes.All.Count);
        Assert.Empty(routes.All.Where(route => route.Value.Method is null).Select(route => route.Value.MethodPath));
    }
}
