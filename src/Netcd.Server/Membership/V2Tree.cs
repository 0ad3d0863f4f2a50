using System.Globalization;
using System.Text;
using System.Text.Json;
using Netcd.Base;

namespace Netcd.Server.Membership;

/// <summary>
/// The version 2 store in the data of a .snap file: etcd 3.5 starts its membership from it, 3.6 demands that it parses.
/// Written in the smallest form that both take: the tree of <c>/0</c> with members, removed members and the cluster
/// version, and the empty <c>/1</c>.
/// </summary>
internal static class V2Tree
{
    private const string Cluster = "0";
    private const string Permissions = "2";

    internal static byte[] Write(MembershipView view)
    {
        var text = new StringBuilder("{\"Root\":");
        OpenDirectory(text, "/");
        OpenDirectory(text.Append("\"0\":"), "/0");
        OpenDirectory(text.Append("\"members\":"), "/0/members");
        var first = true;
        foreach (var member in view.Members)
        {
            Separate(text, ref first);
            WriteMember(text, member);
        }

        text.Append("}},");
        OpenDirectory(text.Append("\"removed_members\":"), "/0/removed_members");
        first = true;
        foreach (var id in view.Removed)
        {
            Separate(text, ref first);
            WriteFile(text, id.ToString(), $"/0/removed_members/{id}", string.Empty);
        }

        text.Append("}}");
        if (view.Version.Length > 0)
        {
            WriteFile(text.Append(','), "version", "/0/version", view.Version);
        }

        text.Append("}},");
        OpenDirectory(text.Append("\"1\":"), "/1");
        text.Append("}}}},\"CurrentIndex\":1,\"CurrentVersion\":2}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <exception cref="CorruptionException">The text is not such a tree.</exception>
    internal static MembershipView Read(ReadOnlyMemory<byte> json, string place) => Visit(json, place, root =>
    {
        var view = new MembershipView();
        if (!TryChild(root, Cluster, out var cluster))
        {
            return view;
        }

        foreach (var (name, node) in Children(cluster, "members"))
        {
            view.Set(ReadMember(ParseId(name), node, place));
        }

        foreach (var (name, _) in Children(cluster, "removed_members"))
        {
            view.AddRemoved(ParseId(name));
        }

        if (TryChild(cluster, "version", out var version))
        {
            view.Version = version.GetProperty("Value").GetString() ?? string.Empty;
        }

        return view;
    });

    /// <summary>
    /// Whether there are users' version 2 keys, which we would not write again: anything outside of the cluster's own
    /// directory. Source: IsMetaStoreOnly of etcd's server/etcdserver/api/membership/storev2.go.
    /// </summary>
    /// <exception cref="CorruptionException">As above.</exception>
    internal static bool HoldsUserKeys(ReadOnlyMemory<byte> json, string place) => Visit(json, place, static root =>
    {
        foreach (var (name, node) in Children(root))
        {
            // Emptied users and roles of version 2 leave their directories behind.
            var holds = name == Permissions
                ? Children(node).Any(child => Children(child.Node).Any())
                : name != Cluster && Children(node).Any();
            if (holds)
            {
                return true;
            }
        }

        return false;
    });

    private static T Visit<T>(ReadOnlyMemory<byte> json, string place, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement.GetProperty("Root"));
        }
        catch (Exception problem) when (problem
            is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CorruptionException(place, $"not a version 2 store: {problem.Message}", problem);
        }
    }

    private static MemberId ParseId(string hex) => new(ulong.Parse(hex, NumberStyles.AllowHexSpecifier));

    private static ClusterMember ReadMember(MemberId id, JsonElement node, string place)
    {
        var raft = TryChild(node, "raftAttributes", out var raftNode) ? Value(raftNode) : "{}"u8.ToArray();
        var member = MemberJson.Read(raft, place, out _) with { Id = id };
        if (TryChild(node, "attributes", out var attributes))
        {
            var own = MemberJson.Read(Value(attributes), place, out _);
            member = member with { Name = own.Name, ClientUrls = own.ClientUrls };
        }

        return member;
    }

    private static byte[] Value(JsonElement node) =>
        Encoding.UTF8.GetBytes(node.GetProperty("Value").GetString() ?? string.Empty);

    private static bool TryChild(JsonElement node, string name, out JsonElement child)
    {
        child = default;
        return node.GetProperty("Children") is { ValueKind: JsonValueKind.Object } children
            && children.TryGetProperty(name, out child);
    }

    private static IEnumerable<(string Name, JsonElement Node)> Children(JsonElement node, string name) =>
        TryChild(node, name, out var directory) ? Children(directory) : [];

    private static IEnumerable<(string Name, JsonElement Node)> Children(JsonElement node)
    {
        if (node.GetProperty("Children") is { ValueKind: JsonValueKind.Object } children)
        {
            foreach (var child in children.EnumerateObject())
            {
                yield return (child.Name, child.Value);
            }
        }
    }

    private static void WriteMember(StringBuilder text, ClusterMember member)
    {
        var path = $"/0/members/{member.Id}";
        OpenDirectory(text.Append('"').Append(member.Id).Append("\":"), path);
        if (member.Name.Length > 0 || member.ClientUrls.Count > 0)
        {
            WriteFile(text, "attributes", path + "/attributes", MemberJson.Attributes(member));
            text.Append(',');
        }

        WriteFile(text, "raftAttributes", path + "/raftAttributes", MemberJson.RaftAttributes(member));
        text.Append("}}");
    }

    // Opens the node and its children; "}}" closes both.
    private static void OpenDirectory(StringBuilder text, string path)
    {
        WriteHead(text, path);
        text.Append("\"Value\":\"\",\"Children\":{");
    }

    private static void WriteFile(StringBuilder text, string name, string path, string value)
    {
        text.Append('"').Append(name).Append("\":");
        WriteHead(text, path);
        text.Append("\"Value\":");
        GoJson.AppendString(text, value);
        text.Append(",\"Children\":null}");
    }

    private static void WriteHead(StringBuilder text, string path) =>
        text.Append("{\"Path\":\"").Append(path)
            .Append("\",\"CreatedIndex\":0,\"ModifiedIndex\":0,\"ExpireTime\":\"0001-01-01T00:00:00Z\",");

    private static void Separate(StringBuilder text, ref bool first)
    {
        if (!first)
        {
            text.Append(',');
        }

        first = false;
    }
}
