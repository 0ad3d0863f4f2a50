using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.RangeRequest read in place: the spans are parts of the message parsed.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct RangeRequestView
{
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> RangeEnd;

    /// <summary>At most this many keys; 0 or less for all.</summary>
    public long Limit;

    /// <summary>Revision to read at; 0 or less for the current one.</summary>
    public long Revision;

    public SortOrder SortOrder;
    public SortTarget SortTarget;
    public bool IsSerializable;
    public bool KeysOnly;
    public bool CountOnly;
    public long MinModRevision;
    public long MaxModRevision;
    public long MinCreateRevision;
    public long MaxCreateRevision;

    /// <summary>Whether any of the four revision bounds is set.</summary>
    public readonly bool HasRevisionFilter =>
        (MinModRevision | MaxModRevision | MinCreateRevision | MaxCreateRevision) != 0;

    /// <summary>Parses a well-formed message.</summary>
    /// <exception cref="ProtoException">It is not well formed.</exception>
    public static RangeRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(RangeRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Key = reader.ReadBytes(wireType);
                    break;
                case 2:
                    view.RangeEnd = reader.ReadBytes(wireType);
                    break;
                case 3:
                    view.Limit = reader.ReadInt64(wireType);
                    break;
                case 4:
                    view.Revision = reader.ReadInt64(wireType);
                    break;
                case 5:
                    view.SortOrder = (SortOrder)reader.ReadInt32(wireType);
                    break;
                case 6:
                    view.SortTarget = (SortTarget)reader.ReadInt32(wireType);
                    break;
                case 7:
                    view.IsSerializable = reader.ReadBool(wireType);
                    break;
                case 8:
                    view.KeysOnly = reader.ReadBool(wireType);
                    break;
                case 9:
                    view.CountOnly = reader.ReadBool(wireType);
                    break;
                case 10:
                    view.MinModRevision = reader.ReadInt64(wireType);
                    break;
                case 11:
                    view.MaxModRevision = reader.ReadInt64(wireType);
                    break;
                case 12:
                    view.MinCreateRevision = reader.ReadInt64(wireType);
                    break;
                case 13:
                    view.MaxCreateRevision = reader.ReadInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
