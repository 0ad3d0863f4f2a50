using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// etcdserverpb.LeaseCheckpoint; a LeaseCheckpointRequest is a list of them in field 1, walked with
/// <see cref="RepeatedMessages"/>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct LeaseCheckpointView
{
    public LeaseId Id;
    public long RemainingTtlSeconds;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static LeaseCheckpointView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(LeaseCheckpointView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Id = new LeaseId(reader.ReadInt64(wireType));
                    break;
                case 2:
                    view.RemainingTtlSeconds = reader.ReadInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
