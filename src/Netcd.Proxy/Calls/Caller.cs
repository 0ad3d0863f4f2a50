using System.Text;
using Netcd.Client;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>For whom a call is made: what of its metadata goes on to the member.</summary>
/// <param name="Token">The caller's token; empty without one.</param>
/// <param name="RequiresLeader">The caller would rather fail than wait for a leader.</param>
internal readonly record struct Caller(string Token, bool RequiresLeader)
{
    public static readonly Caller Nobody = new("", false);

    public static Caller Of(in CallHead head) => new(
        Read(head, "token") ?? Read(head, "authorization") ?? "",
        Read(head, "hasleader") == "true");

    /// <summary>The client as this caller uses it.</summary>
    public EtcdClient View(EtcdClient client)
    {
        var view = Token.Length == 0 ? client : client.WithToken(Token);
        return RequiresLeader ? view.WithRequireLeader() : view;
    }

    private static string? Read(in CallHead head, string key) =>
        head.Metadata.TryGetValue(key, out var value) ? Encoding.Latin1.GetString(value) : null;
}
