using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Api.Requests;

/// <summary>
/// etcdserverpb.WatchRequest: its kind and the bytes of the request inside; of several members the last wins.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct WatchRequestView
{
    public WatchRequestKind Kind;
    public ReadOnlySpan<byte> Message;

    public static WatchRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(WatchRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field is >= 1 and <= 3)
            {
                view.Message = reader.ReadBytes(wireType);
                view.Kind = (WatchRequestKind)field;
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return view;
    }

    /// <summary>The id of a WatchCancelRequest.</summary>
    public static long ParseCancel(ReadOnlySpan<byte> message)
    {
        var id = 0L;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == 1)
            {
                id = reader.ReadInt64(wireType);
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return id;
    }
}
