using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.DeleteRangeRequest read in place: the spans are parts of the message parsed.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct DeleteRangeRequestView
{
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> RangeEnd;
    public bool PreviousWanted;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static DeleteRangeRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(DeleteRangeRequestView);
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
                    view.PreviousWanted = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
