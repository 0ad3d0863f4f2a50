using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance;

/// <summary>What nobody should send or start: refused with etcd's text, and the process lives on.</summary>
public sealed class BadInputTests
{
    // Exit codes and texts as real etcd gives them.
    [Theory]
    [InlineData(2, "flag provided but not defined: -nosuchflag", "--nosuchflag")]
    [InlineData(2, "invalid value \"x\" for flag -heartbeat-interval: parse error", "--heartbeat-interval=x")]
    [InlineData(2, "URL scheme must be http, https, unix, or unixs: ftp://127.0.0.1:1", "--listen-client-urls=ftp://127.0.0.1:1")]
    [InlineData(1, "--advertise-client-urls is required when --listen-client-urls is set explicitly", "--listen-client-urls=http://127.0.0.1:1")]
    [InlineData(1, "multiple discovery or bootstrap flags are set", "--initial-cluster=a=http://127.0.0.1:1", "--discovery-srv=x")]
    [InlineData(1, "couldn't find local name", "--name=other", "--initial-cluster=a={peer}", "--listen-peer-urls={peer}", "--initial-advertise-peer-urls={peer}", "--listen-client-urls={client}", "--advertise-client-urls={client}")]
    [InlineData(1, "is not a valid flag", "extra")]
    [InlineData(1, "--logger=capnslog is removed in v3.5", "--logger=capnslog")]
    [InlineData(1, "unknown logger option \"other\"", "--logger=other")]
    [InlineData(2, "invalid value \"other\" for flag -discovery-fallback: invalid value", "--discovery-fallback=other")]
    public async Task Bad_command_line_is_refused_with_the_exit_code_of_etcd(
        int exitCode, string text, params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        arguments = [.. arguments.Select(argument => argument.Replace("{client}", client).Replace("{peer}", peer))];
        string[] all = arguments[0] == "extra"
            ? arguments
            : [.. arguments, $"--data-dir={directory.File("data")}"];
        foreach (var program in new[] { Programs.GoEtcd, Programs.Netcd })
        {
            var result = await Command.RunAsync(program, all, timeLimit: TimeSpan.FromMinutes(3));
            Assert.Equal(exitCode, result.ExitCode);
            Assert.Contains(text.Replace("\"", "", StringComparison.Ordinal),
                (result.Output + result.Error).Replace("\\\"", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Data_directory_that_cannot_be_made_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("file"), "");
        var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        foreach (var program in new[] { Programs.GoEtcd, Programs.Netcd })
        {
            var result = await Command.RunAsync(
                program,
                [
                    $"--data-dir={directory.File("file")}/data", $"--listen-client-urls={client}",
                    $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}",
                    $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}",
                ],
                timeLimit: TimeSpan.FromMinutes(3));
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("not a directory", result.Output + result.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Requests_over_the_limits_get_the_texts_of_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        foreach (var size in new[] { 1572864 - 100, 1572864, 2097152 - 30, 2097152, 5_000_000 })
        {
            var request = new PutRequest { Key = V3Client.Bytes("big"), Value = ByteString.CopyFrom(new byte[size]) };
            Assert.Equal(await AskAsync(go, request.ToByteArray()), await AskAsync(netcd, request.ToByteArray()));
        }
    }

    [Theory]
    [InlineData("an empty message", new byte[0])]
    [InlineData("a length that goes beyond the end", new byte[] { 0x0A, 0x7F, 0x61 })]
    [InlineData("a varint that does not end", new byte[] { 0x18, 0xFF, 0xFF, 0xFF })]
    [InlineData("a wrong wire type", new byte[] { 0x08, 0x01 })]
    [InlineData("field number zero", new byte[] { 0x00, 0x01 })]
    [InlineData("an end group", new byte[] { 0x0C })]
    [InlineData("an unknown field", new byte[] { 0x0A, 0x01, 0x61, 0xFA, 0x07, 0x01, 0x62 })]
    [InlineData("a reserved wire type", new byte[] { 0x0F })]
    public async Task Malformed_messages_get_the_answer_of_etcd(string what, byte[] message)
    {
        Assert.NotEmpty(what);
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        Assert.Equal(await AskAsync(go, message), await AskAsync(netcd, message));
        Assert.False(netcd.HasExited);
    }

    [Fact]
    public async Task Transactions_nested_ten_thousand_deep_do_not_end_the_process()
    {
        using var directory = new TemporaryDirectory();
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        var message = Array.Empty<byte>();
        for (var depth = 0; depth < 10_000; depth++)
        {
            message = Nest(message);
        }

        using var channel = new GrpcChannel(new Uri(netcd.ClientUrl));
        await Assert.ThrowsAsync<GrpcException>(() => channel.CallAsync("/etcdserverpb.KV/Txn", message));
        using var client = new V3Client(netcd.ClientUrl);
        await client.PutAsync("still", "alive");
    }

    [Fact]
    public async Task Unknown_services_and_methods_are_unimplemented_as_with_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        foreach (var path in new[]
        {
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/etcdserverpb.KV/Nothing", "/x/y", "/x",
        })
        {
            Assert.Equal(await AskAsync(go, [], path), await AskAsync(netcd, [], path));
        }
    }

    [Fact]
    public async Task Wrong_content_type_and_half_open_connections_do_no_harm()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var port = new Uri(server.ClientUrl).Port;
        var halfOpen = new List<Socket>();
        for (var i = 0; i < 500; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            if (i % 2 == 0)
            {
                await socket.SendAsync("PRI * HTTP/2.0\r\n"u8.ToArray());
            }

            halfOpen.Add(socket);
        }

        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = new ByteArrayContent([]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var refused = await http.PostAsync(new Uri(server.ClientUrl + "/etcdserverpb.KV/Range"), content);
        Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);

        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("still", "alive");
        halfOpen.ForEach(socket => socket.Dispose());
        Assert.False(server.HasExited);
    }

    [Fact]
    public async Task Every_line_of_the_log_is_a_JSON_object_with_the_fields_of_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        Assert.Equal(143, await server.StopAsync());
        foreach (var line in server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            foreach (var field in new[] { "level", "ts", "caller", "msg" })
            {
                Assert.NotEmpty(json.RootElement.GetProperty(field).GetString()!);
            }

            Assert.NotEqual("error", json.RootElement.GetProperty("level").GetString());
        }
    }

    private static byte[] Nest(byte[] inner)
    {
        var operation = Delimit(4, inner);
        return Delimit(2, operation);
    }

    private static byte[] Delimit(int field, byte[] value)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
        output.Flush();
        return stream.ToArray();
    }

    private static async Task<(StatusCode Code, string Text)> AskAsync(
        EtcdServer server, byte[] message, string path = "/etcdserverpb.KV/Put")
    {
        using var channel = new GrpcChannel(new Uri(server.ClientUrl));
        try
        {
            await channel.CallAsync(path, message);
            return (StatusCode.OK, "");
        }
        catch (GrpcException refused)
        {
            return (refused.Code, refused.Status.Message);
        }
    }
}
