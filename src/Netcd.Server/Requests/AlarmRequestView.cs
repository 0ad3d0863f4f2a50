using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// etcdserverpb.AlarmRequest. The member is not checked to exist; the action may be outside the enum.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct AlarmRequestView
{
    public AlarmAction Action;
    public MemberId Member;
    public AlarmType Alarm;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static AlarmRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(AlarmRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Action = (AlarmAction)reader.ReadInt32(wireType);
                    break;
                case 2:
                    view.Member = new MemberId(reader.ReadUInt64(wireType));
                    break;
                case 3:
                    view.Alarm = (AlarmType)reader.ReadInt32(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
