namespace Cim.Runtime.Tests.Testing;

/// <summary>The test assembly as a program: prints what kernels compute, so that tests can compare processes with other instruction sets.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is not ["--digest"])
        {
            Console.Error.WriteLine("Run the tests with 'dotnet test'. The only argument is --digest.");
            return 2;
        }

        foreach ((string name, string digest) in KernelDigest.All()) Console.WriteLine($"{name} {digest}");
        return 0;
    }
}
