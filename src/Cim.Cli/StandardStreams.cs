using Microsoft.Win32.SafeHandles;

namespace Cim.Cli;

/// <summary>
/// Standard streams that were closed (<c>2>&amp;-</c>) leave their numbers to the next files opened, which messages would then be written
/// into. Their numbers are taken by something harmless for as long as the process lives: of the standard output nothing can be
/// written (an error), of the standard error all is dropped.
/// </summary>
internal sealed class StandardStreams : IDisposable
{
    private readonly List<SafeFileHandle> _taken = [];

    public StandardStreams()
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            while (true)
            {
                SafeFileHandle handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                if (handle.DangerousGetHandle() > 2)
                {
                    handle.Dispose();
                    return;
                }

                _taken.Add(handle);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /dev/null there is nothing to take them with.
        }
    }

    public void Dispose() => _taken.ForEach(handle => handle.Dispose());
}
