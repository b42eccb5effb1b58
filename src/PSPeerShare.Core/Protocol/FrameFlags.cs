namespace PSPeerShare.Core.Protocol;

/// <summary>The flag byte of a frame; undefined bits are zero and refused otherwise.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>This side sends nothing more on the stream, except Credit and Error.</summary>
    Last = 1,
}
