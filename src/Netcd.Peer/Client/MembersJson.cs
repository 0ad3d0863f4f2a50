using System.Text.Encodings.Web;
using System.Text.Json;
using Netcd.Base;
using Netcd.Server;

namespace Netcd.Peer.Client;

/// <summary>Members as JSON, in the form of etcd's membership.Member.</summary>
internal static class MembersJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With the line end of Go's encoder.</summary>
    public static byte[] Write(IReadOnlyList<ClusterMember> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartArray();
            foreach (var member in members)
            {
                Write(json, member);
            }

            json.WriteEndArray();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>Ascending by id; null when it is no such list.</summary>
    public static IReadOnlyList<ClusterMember>? TryRead(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var members = new List<ClusterMember>();
            foreach (var member in document.RootElement.EnumerateArray())
            {
                members.Add(new ClusterMember(
                    new MemberId(member.GetProperty("id").GetUInt64()),
                    member.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "",
                    Strings(member, "peerURLs"),
                    Strings(member, "clientURLs"),
                    member.TryGetProperty("isLearner", out var isLearner) && isLearner.GetBoolean()));
            }

            members.Sort(static (left, right) => left.Id.CompareTo(right.Id));
            return members;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, ClusterMember member)
    {
        json.WriteStartObject();
        json.WriteNumber("id", member.Id.Value);
        Write(json, "peerURLs", member.PeerUrls);
        if (member.IsLearner)
        {
            json.WriteBoolean("isLearner", true);
        }

        if (member.Name.Length > 0)
        {
            json.WriteString("name", member.Name);
        }

        if (member.ClientUrls.Count > 0)
        {
            Write(json, "clientURLs", member.ClientUrls);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static IReadOnlyList<string> Strings(JsonElement member, string name) =>
        member.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(value => value.GetString() ?? "")]
            : [];
}
