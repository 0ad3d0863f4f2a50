namespace Netcd.Http2.Frames;

/// <summary>
/// What can be said of a client's frame without knowing its stream: length and stream 0 (RFC 9113 section 6). Wrong
/// forms are connection errors, but for PRIORITY's length, which is the stream's.
/// </summary>
internal static class FrameForm
{
    internal const int SettingBytes = 6;

    /// <summary>Checks a frame; false with the connection error's code and reason.</summary>
    public static bool IsRight(in FrameHeader header, out Http2ErrorCode code, out string reason)
    {
        var problem = header.Type switch
        {
            FrameType.RstStream or FrameType.WindowUpdate when header.Length != 4 => "frame is not of 4 bytes",
            FrameType.Ping when header.Length != 8 => "PING is not of 8 bytes",
            FrameType.GoAway when header.Length < 8 => "GOAWAY of less than 8 bytes",
            FrameType.Settings when header.Length % SettingBytes != 0 => "SETTINGS of a part of a setting",
            FrameType.Settings when header.Has(FrameFlags.Ack) && header.Length != 0 => "SETTINGS answer with payload",
            _ => null,
        };
        code = Http2ErrorCode.FrameSizeError;
        if (problem is null)
        {
            code = Http2ErrorCode.ProtocolError;
            problem = header.Type switch
            {
                FrameType.Headers when (header.StreamId & 1) == 0 => "HEADERS on a stream that is not the client's",
                FrameType.Priority when header.StreamId == 0 => "PRIORITY on stream 0",
                FrameType.Settings or FrameType.Ping or FrameType.GoAway when header.StreamId != 0 =>
                    "frame of the connection on a stream",
                FrameType.PushPromise => "PUSH_PROMISE from a client",
                _ => null,
            };
        }

        reason = problem ?? "";
        return problem is null;
    }

    /// <summary>Checks the value of a client's setting (section 6.5.2).</summary>
    public static bool IsRight(SettingId id, uint value, out Http2ErrorCode code, out string reason)
    {
        (code, reason) = id switch
        {
            SettingId.EnablePush when value > 1 => (Http2ErrorCode.ProtocolError, "SETTINGS_ENABLE_PUSH out of range"),
            SettingId.InitialWindowSize when value > int.MaxValue =>
                (Http2ErrorCode.FlowControlError, "SETTINGS_INITIAL_WINDOW_SIZE out of range"),
            SettingId.MaxFrameSize when value is < FrameHeader.PayloadBytesMax or > 0xff_ffff =>
                (Http2ErrorCode.ProtocolError, "SETTINGS_MAX_FRAME_SIZE out of range"),
            _ => (Http2ErrorCode.NoError, ""),
        };
        return code == Http2ErrorCode.NoError;
    }
}
