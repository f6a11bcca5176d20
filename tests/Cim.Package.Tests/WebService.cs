using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Cim.Package.Tests;

/// <summary>A built web service that runs on a free port of this machine.</summary>
internal sealed partial class WebService : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;

    private WebService(Process process, StringBuilder output) => (_process, _output) = (process, output);

    public HttpClient Client { get; } = new();

    /// <summary>Starts it and waits until it listens.</summary>
    public static WebService Start(string program)
    {
        var output = new StringBuilder();
        var service = new WebService(
            CommandLine.Start(Path.GetDirectoryName(program)!, output, [program, "--urls", "http://127.0.0.1:0"], []), output);
        for (int i = 0; i < 600; i++)
        {
            Match listening;
            lock (output) listening = Listening().Match(output.ToString());
            if (listening.Success)
            {
                service.Client.BaseAddress = new Uri(listening.Groups[1].Value);
                return service;
            }

            if (service._process.HasExited) break;
            Thread.Sleep(100);
        }

        service.Dispose();
        throw new InvalidOperationException(output.ToString());
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    public override string ToString()
    {
        lock (_output) return _output.ToString();
    }

    [GeneratedRegex(@"Now listening on: (http://[^\s]+)")]
    private static partial Regex Listening();
}
