using System.IO.Compression;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Netcd.Conformance.Completeness;

/// <summary>
/// The paths of the JSON gateway of real etcd, out of its program: that carries the definitions of its services, packed
/// by gzip, in which each method says its paths (google.api.http).
/// </summary>
internal static class GatewayReference
{
    private static readonly byte[] GzipHead = [0x1f, 0x8b, 0x08];

    // google/api/annotations.proto, and HttpRule of http.proto: post is field 4, more rules are field 11.
    private static readonly Extension<MethodOptions, ByteString> HttpRule =
        new(72295728, FieldCodec.ForBytes(WireFormat.MakeTag(72295728, WireFormat.WireType.LengthDelimited)));

    private static readonly ExtensionRegistry Known = [HttpRule];

    public static SortedSet<string> ReadPaths(string program)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        var bytes = File.ReadAllBytes(program);
        for (var at = 0; ; at += GzipHead.Length)
        {
            var next = bytes.AsSpan(at).IndexOf(GzipHead);
            if (next < 0)
            {
                return paths;
            }

            at += next;
            if (Definition(bytes, at) is { } file)
            {
                foreach (var method in file.Service.SelectMany(service => service.Method))
                {
                    AddPaths(paths, method.Options?.GetExtension(HttpRule));
                }
            }
        }
    }

    private static FileDescriptorProto? Definition(byte[] bytes, int at)
    {
        try
        {
            using var packed = new MemoryStream(bytes, at, bytes.Length - at, writable: false);
            using var unpacked = new GZipStream(packed, CompressionMode.Decompress);

            // What follows the packed text in the program belongs to something else, and is no error of it.
            using var text = new MemoryStream();
            CopyMember(unpacked, text);
            return FileDescriptorProto.Parser.WithExtensionRegistry(Known).ParseFrom(text.ToArray());
        }
        catch (Exception problem) when (problem is InvalidDataException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void CopyMember(GZipStream from, MemoryStream into)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                into.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException) when (into.Length > 0)
        {
            // The next three bytes looked like a head again.
        }
    }

    private static void AddPaths(SortedSet<string> paths, ByteString? rule)
    {
        var input = rule is null ? null : rule.CreateCodedInput();
        uint tag;
        while (input is not null && (tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 4:
                    paths.Add(input.ReadString());
                    break;
                case 11:
                    AddPaths(paths, input.ReadBytes());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }
}
