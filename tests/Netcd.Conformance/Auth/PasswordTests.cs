using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Auth;

/// <summary>Odd passwords and names, as raw bytes: both programs take and refuse the same.</summary>
public sealed class PasswordTests
{
    private static readonly (string Name, byte[] Password)[] Passwords =
    [
        ("empty", []), ("one byte", [1]), ("zero byte", [0]), ("zero inside", [65, 0, 66]), ("zeros", new byte[72]),
        ("no UTF-8", [0xFF, 0xFE, 0xC0]), ("71", Long(71)), ("72", Long(72)), ("73", Long(73)), ("1000", Long(1000)),
        ("200000", Long(200_000)),
    ];

    [Fact]
    public async Task Odd_passwords_are_taken_and_refused_as_by_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"), "--bcrypt-cost=4");
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"), "--bcrypt-cost=4");
        var (expected, given) = (await AskAllAsync(go), await AskAllAsync(netcd));
        Assert.Equal(expected, given);
        Assert.False(netcd.HasExited);
    }

    private static byte[] Long(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i % 26)))];

    private static async Task<string[]> AskAllAsync(EtcdServer server)
    {
        using var client = new V3Client(server.ClientUrl);
        var answers = new List<string>();
        foreach (var (name, password) in Passwords)
        {
            await AskAsync($"{name} add", "UserAdd", Fields(User(name), password));
        }

        await AskAsync("name no UTF-8", "UserAdd", Fields([0xFF, 0x00], "p"u8.ToArray()));
        await AskAsync("no name", "UserAdd", Fields([], "p"u8.ToArray()));
        await new AuthClient(client).EnableAsync();
        foreach (var (name, password) in Passwords)
        {
            await AskAsync($"{name} login", "Authenticate", Fields(User(name), password));
            await AskAsync($"{name} cut", "Authenticate", Fields(User(name), [.. password.Take(72)]));
            await AskAsync($"{name} longer", "Authenticate", Fields(User(name), [.. password, 1]));
        }

        await AskAsync("name no UTF-8", "Authenticate", Fields([0xFF, 0x00], "p"u8.ToArray()));
        await AskAsync("no name", "Authenticate", Fields([], "p"u8.ToArray()));
        return [.. answers];

        async Task AskAsync(string what, string method, byte[] request)
        {
            try
            {
                await client.Channel.CallAsync($"/etcdserverpb.Auth/{method}", request, Grpc.Client.CallOptions.Default);
                answers.Add($"{what}: OK");
            }
            catch (Grpc.Client.GrpcException refused)
            {
                answers.Add($"{what}: {refused.Code}: {refused.Status.Message}");
            }
        }
    }

    private static byte[] User(string name) => System.Text.Encoding.UTF8.GetBytes($"u {name}");

    // Fields 1 and 2 of both requests.
    private static byte[] Fields(byte[] name, byte[] password) =>
        [0x0A, .. Length(name.Length), .. name, 0x12, .. Length(password.Length), .. password];

    private static byte[] Length(int length) =>
        length < 0x80 ? [(byte)length] : [(byte)(length | 0x80), .. Length(length >> 7)];
}
