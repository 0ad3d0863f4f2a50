using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// etcdserverpb.InternalRaftRequest read in place: the payload of a normal log entry. The inner request's bytes are
/// those the client sent.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public ref struct InternalRequestView
{
    /// <summary>
    /// Identity that matches an applied entry with its waiting proposer: the header's, or the old top-level one.
    /// </summary>
    public ulong Id;

    /// <summary>Who asked, as UTF-8; empty while auth is off.</summary>
    public ReadOnlySpan<byte> UserName;

    /// <summary>The auth store's revision when the request was permitted.</summary>
    public ulong AuthRevision;

    public InternalRequestKind Kind;

    /// <summary>The inner request, to be parsed by the view that <see cref="Kind"/> names.</summary>
    public ReadOnlySpan<byte> Message;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static InternalRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(InternalRequestView);
        var legacyId = 0UL;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    legacyId = reader.ReadUInt64(wireType);
                    break;
                case 100:
                    ParseHeader(reader.ReadBytes(wireType), ref view);
                    break;
                case (>= 2 and <= 11) or (>= 1000 and <= 1302) or 9900:
                    view.Message = reader.ReadBytes(wireType);
                    view.Kind = (InternalRequestKind)field;
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        if (legacyId != 0)
        {
            view.Id = legacyId;
        }

        return view;
    }

    private static void ParseHeader(ReadOnlySpan<byte> message, ref InternalRequestView view)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Id = reader.ReadUInt64(wireType);
                    break;
                case 2:
                    view.UserName = reader.ReadBytes(wireType);
                    break;
                case 3:
                    view.AuthRevision = reader.ReadUInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }
    }
}
