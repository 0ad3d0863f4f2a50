using System.Text;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Apply;

/// <summary>
/// Bytes of the requests that change what is known of the cluster (membershippb.ClusterVersionSetRequest,
/// ClusterMemberAttrSetRequest, DowngradeInfoSetRequest).
/// </summary>
internal static class MembershipRequests
{
    internal static byte[] EncodeVersion(string version)
    {
        var text = Encoding.UTF8.GetBytes(version);
        var bytes = new byte[ProtoSize.Bytes(1, text.Length)];
        var writer = new ProtoWriter(bytes);
        writer.Bytes(1, text);
        return bytes;
    }

    internal static string DecodeVersion(ReadOnlySpan<byte> message)
    {
        var version = string.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == 1)
            {
                version = reader.ReadString(wireType);
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return version;
    }

    internal static byte[] EncodeAttributes(MemberId id, string name, IReadOnlyList<string> clientUrls)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var urls = clientUrls.Select(Encoding.UTF8.GetBytes).ToArray();
        var inner = ProtoSize.Bytes(1, nameBytes.Length) + urls.Sum(url => ProtoSize.Delimited(2, url.Length));
        var bytes = new byte[ProtoSize.UInt64(1, id.Value) + ProtoSize.Delimited(2, inner)];
        var writer = new ProtoWriter(bytes);
        writer.UInt64(1, id.Value);
        writer.DelimitedHeader(2, inner);
        writer.Bytes(1, nameBytes);
        foreach (var url in urls)
        {
            writer.Delimited(2, url);
        }

        return bytes;
    }

    internal static (MemberId Id, string Name, IReadOnlyList<string> ClientUrls) DecodeAttributes(
        ReadOnlySpan<byte> message)
    {
        var id = MemberId.None;
        var name = string.Empty;
        var urls = new List<string>();
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    id = new MemberId(reader.ReadUInt64(wireType));
                    break;
                case 2:
                    ReadAttributes(reader.ReadBytes(wireType), ref name, urls);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return (id, name, urls);
    }

    /// <summary>Target of the downgrade that a request starts; empty if it ends one.</summary>
    internal static string DecodeDowngrade(ReadOnlySpan<byte> message)
    {
        var isEnabled = false;
        var version = string.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    isEnabled = reader.ReadBool(wireType);
                    break;
                case 2:
                    version = reader.ReadString(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return isEnabled ? version : string.Empty;
    }

    private static void ReadAttributes(ReadOnlySpan<byte> message, ref string name, List<string> urls)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    name = reader.ReadString(wireType);
                    break;
                case 2:
                    urls.Add(reader.ReadString(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }
    }
}
