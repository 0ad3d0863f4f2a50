using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Api.Requests;

/// <summary>etcdserverpb.WatchCreateRequest read in place: the spans are parts of the message parsed.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct WatchCreateView
{
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> RangeEnd;
    public long StartRevision;
    public bool ProgressNotify;
    public bool NoPut;
    public bool NoDelete;
    public bool PreviousWanted;
    public long WatchId;
    public bool Fragment;

    public static WatchCreateView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(WatchCreateView);
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
                    view.StartRevision = reader.ReadInt64(wireType);
                    break;
                case 4:
                    view.ProgressNotify = reader.ReadBool(wireType);
                    break;
                case 5 when wireType == WireType.Bytes:
                    var length = (int)reader.ReadVarint();
                    for (var end = reader.Position + length; reader.Position < end;)
                    {
                        view.AddFilter((int)reader.ReadVarint());
                    }

                    break;
                case 5:
                    view.AddFilter(reader.ReadInt32(wireType));
                    break;
                case 6:
                    view.PreviousWanted = reader.ReadBool(wireType);
                    break;
                case 7:
                    view.WatchId = reader.ReadInt64(wireType);
                    break;
                case 8:
                    view.Fragment = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }

    /// <summary>0 drops puts, 1 drops deletes, anything else is ignored.</summary>
    private void AddFilter(int filter)
    {
        NoPut |= filter == 0;
        NoDelete |= filter == 1;
    }
}
