using System.Globalization;
using System.Runtime.InteropServices;
using Streaming;

// 1,000 frames of 10 ms, the energies of 16 bands each; the numbers of a .npy are at its end.
const int Frames = 1000;
string data = Path.Combine(AppContext.BaseDirectory, "data");
byte[] file = File.ReadAllBytes(Path.Combine(data, "stream.npy"));
float[] stream = MemoryMarshal.Cast<byte, float>(file.AsSpan(file.Length - (Frames * Vad.FrameLength * sizeof(float)))).ToArray();
string[] labels = File.ReadAllLines(Path.Combine(data, "stream-labels.txt"));
string[] words = ["", "up", "down", "hello"];

// The state is memory of the caller: a run reads it and writes the new one over it, without a copy or an allocation.
float[] h = new float[Vad.HLength], c = new float[Vad.CLength], voice = new float[Vad.VoiceLength];
float[] state = new float[Kws.HLength], scores = new float[Kws.ScoresLength];
int right = 0, heard = 0, last = 0;
for (int t = 0; t < Frames; t++)
{
    ReadOnlySpan<float> frame = stream.AsSpan(t * Vad.FrameLength, Vad.FrameLength);
    Vad.Shared.Run(frame, h, c, voice, h, c);
    Kws.Shared.Run(frame, state, scores, state);

    int[] label = [.. labels[t].Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
    if (voice[1] > voice[0] == (label[1] == 1)) right++;
    int word = scores.AsSpan().IndexOf(scores.Max());
    if (word == label[0]) heard++;
    if (word != 0 && word != last) Console.WriteLine($"{t / 100.0,5:0.00} s  {words[word]}");
    last = word;
}

Console.WriteLine($"voice right in {right} of {Frames} frames, keyword in {heard}");
Console.WriteLine(
    $"a frame: {Vad.Info.Cost.LatencyNs + Kws.Info.Cost.LatencyNs:0} ns, {Vad.Info.Cost.Arrays + Kws.Info.Cost.Arrays} arrays");
