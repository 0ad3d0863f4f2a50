using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.RequestOp: its kind and the bytes of the request inside.</summary>
[StructLayout(LayoutKind.Auto)]
public ref struct RequestOpView
{
    public RequestOpKind Kind;

    /// <summary>The inner request, to be parsed by the view that <see cref="Kind"/> names.</summary>
    public ReadOnlySpan<byte> Message;

    /// <summary>Of several members the last wins, without merging (Go's decoder does the same).</summary>
    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static RequestOpView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(RequestOpView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field is >= 1 and <= 4)
            {
                view.Message = reader.ReadBytes(wireType);
                view.Kind = (RequestOpKind)field;
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return view;
    }
}
