using System.Globalization;
using System.Text;
using System.Text.Json;
using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Client;

/// <summary>HashKVRequest and HashKVResponse as Go's encoding/json writes them: zeros are left out.</summary>
internal static class HashJson
{
    public static byte[] Request(long revision) => Encoding.ASCII.GetBytes(
        revision == 0 ? "{}" : string.Create(CultureInfo.InvariantCulture, $"{{\"revision\":{revision}}}"));

    /// <summary>The revision asked for; null when it is no such request.</summary>
    public static long? TryReadRequest(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Number(document.RootElement, "revision")
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static byte[] Write(PeerHash hash)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("header");
            Write(json, "revision", hash.CurrentRevision);
            json.WriteEndObject();
            Write(json, "hash", hash.Hash.Hash);
            Write(json, "compact_revision", hash.Hash.CompactRevision);
            Write(json, "hash_revision", hash.Hash.Revision);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Null when it is no such answer.</summary>
    public static PeerHash? TryRead(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var header = root.TryGetProperty("header", out var found) ? found : default;
            var hasHeader = header.ValueKind == JsonValueKind.Object;
            var member = hasHeader && header.TryGetProperty("member_id", out var id) ? id.GetUInt64() : 0;
            return new PeerHash(
                Refusal.None,
                new MemberId(member),
                new KeyValueHash(
                    (uint)Number(root, "hash"), Number(root, "compact_revision"), Number(root, "hash_revision")),
                hasHeader ? Number(header, "revision") : 0);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static void Write(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }
}
