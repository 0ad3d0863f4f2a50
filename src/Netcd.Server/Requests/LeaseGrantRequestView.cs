using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.LeaseGrantRequest.</summary>
[StructLayout(LayoutKind.Auto)]
public struct LeaseGrantRequestView
{
    public long TtlSeconds;
    public LeaseId Id;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static LeaseGrantRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(LeaseGrantRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.TtlSeconds = reader.ReadInt64(wireType);
                    break;
                case 2:
                    view.Id = new LeaseId(reader.ReadInt64(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
