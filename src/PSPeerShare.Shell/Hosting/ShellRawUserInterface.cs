using System.Management.Automation;
using System.Management.Automation.Host;

namespace PSPeerShare.Shell.Hosting;

/// <summary>The width tables are laid out for. Everything a full-screen program would want is refused.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    private const int WidthOfFiles = 120;
    private const int HeightOfFiles = 50;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Coordinates CursorPosition { get; set; }

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override Size BufferSize { get => WindowSize; set => throw Refused(); }

    public override Size WindowSize { get => Measure(); set => throw Refused(); }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override bool KeyAvailable => false;

    public override string WindowTitle { get; set; } = "PSPeerShare.Shell";

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Refused();

    public override void FlushInputBuffer()
    {
        // No key is ever buffered.
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Refused();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Refused();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Refused();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        => throw Refused();

    private static Size Measure()
    {
        // A terminal that does not know its size says 0.
        if (!Console.IsOutputRedirected && Console.WindowWidth > 0)
        {
            return new Size(Console.WindowWidth, Math.Max(Console.WindowHeight, 1));
        }

        return new Size(WidthOfFiles, HeightOfFiles);
    }

    private static PSNotSupportedException Refused() => new("Shell does not give access to the screen.");
}
