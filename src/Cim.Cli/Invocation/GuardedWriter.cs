using System.Text;
using Cim.Runtime;

namespace Cim.Cli.Invocation;

/// <summary>
/// One of the standard streams, which may be a full disk, closed, or a pipe nobody reads: on the way out that is an error with a
/// code; messages that cannot be shown are dropped, since they must not end the work they speak of.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="isResult">True for standard output: what is lost there is the result.</param>
internal sealed class GuardedWriter(TextWriter inner, bool isResult) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>True if people read it on a screen.</summary>
    public bool IsTerminal => (ReferenceEquals(inner, Console.Out) && !Console.IsOutputRedirected)
        || (ReferenceEquals(inner, Console.Error) && !Console.IsErrorRedirected);

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (isResult)
                throw new CimException(ErrorCodes.FileNotWritable,
                    $"Standard output cannot be written ({(e.InnerException ?? e).Message.TrimEnd('.')}); the result is lost. Send it "
                    + $"somewhere else.", e);
        }
    }
}
