using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Server.Membership;

namespace Netcd.Server.Apply;

/// <summary>
/// The two version 2 requests that etcd 3.5 still writes to its log: a member publishes its attributes, the leader sets
/// the cluster version. Source: etcd's server/etcdserver/apply_v2.go.
/// </summary>
internal readonly record struct V2Request(string Method, string Path, string Value)
{
    private const string VersionPath = "/0/version";
    private const string MembersPath = "/0/members/";
    private const string AttributesName = "/attributes";
    private const int IdDigitsMax = 16;

    internal bool SetsVersion => Method == "PUT" && Path == VersionPath;

    /// <exception cref="ProtoException">Not a version 2 request either.</exception>
    internal static V2Request Parse(ReadOnlySpan<byte> message)
    {
        var request = new V2Request(string.Empty, string.Empty, string.Empty);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 2:
                    request = request with { Method = reader.ReadString(wireType) };
                    break;
                case 3:
                    request = request with { Path = reader.ReadString(wireType) };
                    break;
                case 4:
                    request = request with { Value = reader.ReadString(wireType) };
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return request;
    }

    /// <summary>Whether this publishes the attributes of a member, and of which.</summary>
    internal bool IsOfAttributes(out MemberId id)
    {
        var digits = IdDigits();
        id = MemberId.None;
        if (Method != "PUT" || digits.Length > IdDigitsMax
            || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, null, out var number))
        {
            return false;
        }

        id = new MemberId(number);
        return true;
    }

    /// <summary>The member whose attributes this publishes, with nothing but them.</summary>
    internal bool TryReadAttributes(out ClusterMember member)
    {
        member = new ClusterMember(MemberId.None, string.Empty, [], [], IsLearner: false);
        if (!IsOfAttributes(out var id))
        {
            return false;
        }

        member = MemberJson.Read(Encoding.UTF8.GetBytes(Value), $"version 2 request on {Path}", out _)
            with { Id = id };
        return true;
    }

    private ReadOnlySpan<char> IdDigits() =>
        Path.Length > MembersPath.Length + AttributesName.Length
        && Path.StartsWith(MembersPath, StringComparison.Ordinal)
        && Path.EndsWith(AttributesName, StringComparison.Ordinal)
            ? Path.AsSpan()[MembersPath.Length..^AttributesName.Length]
            : [];
}
