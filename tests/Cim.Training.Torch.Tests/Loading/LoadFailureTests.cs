using Cim.Runtime;
using Cim.Training.Plugins;
using Cim.Training.Torch.Loading;
using Xunit;

namespace Cim.Training.Torch.Tests.Loading;

/// <summary>Causes as the loaders of systems put them, and the cure that a person is told.</summary>
public sealed class LoadFailureTests
{
    private static readonly TorchLocation _cpu = new("the folder '/p'", "/p/engine", "/p/TorchSharp.dll", ["/p/libtorch_cpu.so"], "2.10.0");

    private static readonly TorchLocation _cuda = _cpu with { Libraries = ["/p/libtorch_cpu.so", "/p/libtorch_cuda.so"] };

    [Theory]
    [InlineData(
        "Unable to load shared library 'x.so'. /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by x.so)",
        "GLIBCXX_3.4.32", "Debian 13")]
    [InlineData("/lib/libstdc++.so.6: version `CXXABI_1.3.15' not found (required by libtorch_cpu.so)", "CXXABI_1.3.15", "GCC 13")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.38' not found (required by libLibTorchSharp.so)", "GLIBC_2.38", "newer system")]
    [InlineData("libLibTorchSharp.so: undefined symbol: _ZN2at4_ops5alias4callERKNS_6TensorE", "different versions", "2.10")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "libgomp.so.1", "libgomp1")]
    [InlineData("something else", "something else", "/p")]
    public void Each_cause_has_its_message_and_its_cure(string loader, string cause, string cure)
    {
        CimException error = LoadFailure.Explain(loader, _cpu);
        Assert.Equal(ErrorCodes.EngineNotLoadable, error.Code);
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
        Assert.Contains(cure, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graphics_processor_that_is_not_there()
    {
        Assert.Contains("TorchSharp-cuda", LoadFailure.NoCuda(_cpu, 0, 0).Message, StringComparison.Ordinal);
        Assert.Contains("driver", LoadFailure.NoCuda(_cuda, 0, 0).Message, StringComparison.Ordinal);
        CimException third = LoadFailure.NoCuda(_cuda, 2, 2);
        Assert.Equal(ErrorCodes.DeviceMissing, third.Code);
        Assert.Contains("cuda:2: libtorch finds 2", third.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_version_of_libtorch_or_of_TorchSharp()
    {
        TorchLocation real = TorchMachine.Location;
        Version own = System.Reflection.AssemblyName.GetAssemblyName(real.TorchSharp!).Version!;
        LoadFailure.RequireVersions(real, own);
        CimException libtorch = Assert.Throws<CimException>(
            () => LoadFailure.RequireVersions(real with { LibtorchVersion = "2.7.1" }, own));
        Assert.Contains("libtorch 2.7.1", libtorch.Message, StringComparison.Ordinal);
        CimException managed = Assert.Throws<CimException>(() => LoadFailure.RequireVersions(real, new Version(own.Major, own.Minor + 1)));
        Assert.Contains("built with TorchSharp", managed.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.EngineNotLoadable, managed.Code);
    }

    [Theory]
    [InlineData("cpu", false, 0)]
    [InlineData("cuda", true, 0)]
    [InlineData("cuda:3", true, 3)]
    public void Names_of_devices(string name, bool isCuda, int index) => Assert.Equal((isCuda, index), DeviceName.Parse(name));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    public void Other_names_are_refused(string name) =>
        Assert.Equal(ErrorCodes.WrongUsage, Assert.Throws<CimException>(() => DeviceName.Parse(name)).Code);
}
