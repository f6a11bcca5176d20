#:property PublishAot=false
#:property TargetFramework=net10.0

// Makes Microsoft.ML.OnnxRuntime 1.29.0 restorable: when no configured package source has it, packs it from the npm
// package that carries the official C# binding's sources and the native libraries, into the git-ignored build/feed.
// Idempotent, safe when several run at once, needs no network once the package is there.
//
//   dotnet run --file build/onnxruntime/get-onnxruntime.cs

using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

const string NpmPackage = "com.github.asus4.onnxruntime";
const string NpmVersion = "0.4.9";
// The npm registry's integrity value of that version.
const string Sha512 = "064cf176e499f4891e0cfe90f25cf64c553689eee1492bd2ed921fccca28131a2ad02373267bae19a509ec8b288c182a3b8a2e0f58d76a1f0e63225b08ddbd16";
const string Package = "Microsoft.ML.OnnxRuntime.1.29.0.nupkg";

string here = Path.GetDirectoryName(SourceFile())!;
string root = Path.GetFullPath(Path.Combine(here, "..", ".."));
string feed = Path.Combine(root, "build", "feed");
string target = Path.Combine(feed, Package);
string work = Path.Combine(root, "artifacts", "onnxruntime");

try
{
    if (File.Exists(target)) return 0;
    Directory.CreateDirectory(feed);
    Directory.CreateDirectory(work);
    using FileStream held = WaitForLock(Path.Combine(work, ".lock"));
    if (File.Exists(target)) return 0;
    if (ConfiguredSourceHasIt())
    {
        Console.WriteLine("Microsoft.ML.OnnxRuntime 1.29.0 can be restored already.");
        return 0;
    }

    Console.WriteLine("Microsoft.ML.OnnxRuntime 1.29.0 is in no configured package source: packing it from npm, once (150 MB).");
    string scratch = Path.Combine(work, "scratch-" + Environment.ProcessId);
    try
    {
        Directory.CreateDirectory(scratch);
        string archive = Download(scratch);
        string sources = Extract(archive, scratch);
        string output = Path.Combine(scratch, "out");
        (int code, string log) = Run(Dotnet(), [
            "pack", Path.Combine(here, "binding.csproj"), "-c", "Release", "-o", output, "--nologo", "-v", "q", "-nodeReuse:false",
            "-p:ArchiveDir=" + sources, "-p:BaseIntermediateOutputPath=" + scratch + "/obj/", "-p:BaseOutputPath=" + scratch + "/bin/"], scratch);
        if (code != 0) throw new SetupException("the C# binding of ONNX Runtime could not be compiled and packed:\n" + log);
        // A rename is atomic: no restore ever sees half a package.
        string staged = target + "." + Environment.ProcessId + ".tmp";
        File.Copy(Path.Combine(output, Package), staged, overwrite: true);
        File.Move(staged, target, overwrite: true);
    }
    finally
    {
        Directory.Delete(scratch, recursive: true);
    }
    Console.WriteLine("Packed build/feed/" + Package);
    return 0;
}
catch (SetupException e)
{
    Console.Error.WriteLine("get-onnxruntime: error : " + e.Message);
    return 1;
}

static string SourceFile([CallerFilePath] string path = "") => path;

static string Dotnet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

// The lock dies with its holder, so a killed run never blocks the next one.
static FileStream WaitForLock(string path)
{
    DateTime limit = DateTime.UtcNow.AddMinutes(10);
    using ManualResetEventSlim pause = new();
    while (true)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (DateTime.UtcNow < limit)
        {
            pause.Wait(TimeSpan.FromMilliseconds(250));
        }
        catch (IOException)
        {
            throw new SetupException($"another run has held {path} for ten minutes. End it, then try again.");
        }
    }
}

bool ConfiguredSourceHasIt()
{
    string scratch = Path.Combine(work, "probe-" + Environment.ProcessId);
    try
    {
        (int code, _) = Run(Dotnet(), ["restore", Path.Combine(here, "probe.csproj"), "--nologo", "-v", "q", "-nodeReuse:false",
            "-p:BaseIntermediateOutputPath=" + scratch + "/"], root);
        return code == 0;
    }
    finally
    {
        if (Directory.Exists(scratch)) Directory.Delete(scratch, recursive: true);
    }
}

string Download(string scratch)
{
    // npm is a command script on Windows, which only its shell can start.
    string[] arguments = ["pack", NpmPackage + "@" + NpmVersion, "--silent", "--ignore-scripts", "--pack-destination", scratch];
    (int code, string log) = OperatingSystem.IsWindows() ? Run("cmd.exe", ["/d", "/c", "npm", .. arguments], scratch) : Run("npm", arguments, scratch);
    string archive = Path.Combine(scratch, NpmPackage + "-" + NpmVersion + ".tgz");
    if (code != 0 || !File.Exists(archive))
    {
        throw new SetupException($"npm could not get {NpmPackage}@{NpmVersion} (exit code {code}). Is the npm registry reachable? "
            + "Or add a package source that has Microsoft.ML.OnnxRuntime 1.29.0.\n" + log);
    }
    using FileStream stream = File.OpenRead(archive);
    string hash = Convert.ToHexStringLower(SHA512.HashData(stream));
    return hash == Sha512 ? archive
        : throw new SetupException($"{NpmPackage}-{NpmVersion}.tgz has SHA-512 {hash}, expected {Sha512}. Nothing of it was used; try again, and if it stays, do not trust the registry.");
}

static string Extract(string archive, string scratch)
{
    using FileStream stream = File.OpenRead(archive);
    using GZipStream gzip = new(stream, CompressionMode.Decompress);
    using TarReader tar = new(gzip);
    string[] wanted = ["package/Runtime/", "package/Plugins/Linux/", "package/Plugins/Windows/", "package/Plugins/macOS/", "package/LICENSE", "package/ThirdPartyNotices.txt", "package/README.md"];
    while (tar.GetNextEntry() is { } entry)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
        if (!wanted.Any(prefix => entry.Name.StartsWith(prefix, StringComparison.Ordinal))) continue;
        string path = Path.GetFullPath(Path.Combine(scratch, entry.Name));
        if (!path.StartsWith(scratch + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new SetupException("the archive names a file outside itself: " + entry.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        entry.ExtractToFile(path, overwrite: true);
    }
    return Path.Combine(scratch, "package");
}

static (int Code, string Log) Run(string program, string[] arguments, string directory)
{
    ProcessStartInfo start = new(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
    // Inside a build these would make the child load the parent's MSBuild, keep nodes alive, or run this hook again.
    foreach (string name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly" }) start.Environment.Remove(name);
    start.Environment["CIM_ONNXRUNTIME_SETUP"] = "1";
    start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
    start.Environment["UseSharedCompilation"] = "false";
    try
    {
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, log + errors.Result);
    }
    catch (Win32Exception)
    {
        throw new SetupException($"'{program}' is needed and was not found on PATH. Install it (npm comes with Node.js), or add a package source that has Microsoft.ML.OnnxRuntime 1.29.0.");
    }
}

sealed class SetupException(string message) : Exception(message);
