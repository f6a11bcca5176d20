using System.Diagnostics;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Operators;

public sealed class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512F=0 DOTNET_EnableAVX512=0")]
    [InlineData("DOTNET_EnableAVX2=0")]
    [InlineData("DOTNET_EnableAVX=0")]
    [InlineData("DOTNET_EnableHWIntrinsic=0")]
    public async Task Every_kernel_gives_the_same_bytes_on_narrower_machines(string settings)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(KernelDigest).Assembly.Location, "--digest"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string setting in settings.Split(' ')) start.Environment[setting.Split('=')[0]] = setting.Split('=')[1];
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string[] lines = (await child.StandardOutput.ReadToEndAsync())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, await errors);
        Assert.Equal([.. KernelDigest.All().Select(d => $"{d.Name} {d.Digest}")], lines);
    }
}
