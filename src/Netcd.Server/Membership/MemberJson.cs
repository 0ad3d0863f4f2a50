using System.Text;
using System.Text.Json;
using Netcd.Base;

namespace Netcd.Server.Membership;

/// <summary>
/// Members as JSON: values of bucket <c>members</c>, contexts of conf changes and nodes of the v2 tree, with Go's field
/// order (id, peerURLs, isLearner, name, clientURLs) and omissions.
/// </summary>
internal static class MemberJson
{
    internal static byte[] Write(ClusterMember member)
    {
        var text = new StringBuilder();
        text.Append("{\"id\":").Append(member.Id.Value).Append(",\"peerURLs\":");
        GoJson.AppendStrings(text, member.PeerUrls);
        if (member.IsLearner)
        {
            text.Append(",\"isLearner\":true");
        }

        if (member.Name.Length > 0)
        {
            text.Append(",\"name\":");
            GoJson.AppendString(text, member.Name);
        }

        if (member.ClientUrls.Count > 0)
        {
            text.Append(",\"clientURLs\":");
            GoJson.AppendStrings(text, member.ClientUrls);
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>The context of a promotion.</summary>
    internal static byte[] WritePromotion(MemberId id) =>
        Encoding.UTF8.GetBytes($"{{\"id\":{id.Value},\"peerURLs\":null,\"isPromote\":true}}");

    /// <summary>The raftAttributes node of the v2 tree.</summary>
    internal static string RaftAttributes(ClusterMember member)
    {
        var text = new StringBuilder("{\"peerURLs\":");
        GoJson.AppendStrings(text, member.PeerUrls);
        return text.Append(member.IsLearner ? ",\"isLearner\":true}" : "}").ToString();
    }

    /// <summary>The attributes node of the v2 tree and of version 2 requests.</summary>
    internal static string Attributes(ClusterMember member)
    {
        var text = new StringBuilder("{");
        if (member.Name.Length > 0)
        {
            text.Append("\"name\":");
            GoJson.AppendString(text, member.Name);
        }

        if (member.ClientUrls.Count > 0)
        {
            text.Append(member.Name.Length > 0 ? ",\"clientURLs\":" : "\"clientURLs\":");
            GoJson.AppendStrings(text, member.ClientUrls);
        }

        return text.Append('}').ToString();
    }

    /// <summary>Reads any of these forms; what is absent is empty.</summary>
    /// <exception cref="CorruptionException">The text is not such an object.</exception>
    internal static ClusterMember Read(ReadOnlyMemory<byte> json, string place, out bool isPromotion)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            isPromotion = Flag(root, "isPromote");
            return new ClusterMember(
                new MemberId(root.TryGetProperty("id", out var id) ? id.GetUInt64() : 0),
                root.TryGetProperty("name", out var name) ? name.GetString() ?? string.Empty : string.Empty,
                Strings(root, "peerURLs"),
                Strings(root, "clientURLs"),
                Flag(root, "isLearner"));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new CorruptionException(place, $"not a member: {problem.Message}", problem);
        }
    }

    private static bool Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static string[] Strings(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return [.. list.EnumerateArray().Select(item => item.GetString() ?? string.Empty)];
    }
}
