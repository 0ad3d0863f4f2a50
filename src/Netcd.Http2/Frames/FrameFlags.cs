namespace Netcd.Http2.Frames;

/// <summary>Frame flags; a bit's meaning depends on the frame's type.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    EndStream = 0x1,
    Ack = EndStream,
    EndHeaders = 0x4,
    Padded = 0x8,
    Priority = 0x20,
}
