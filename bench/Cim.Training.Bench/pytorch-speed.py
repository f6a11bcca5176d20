# ResNet-20 forward + backward in PyTorch on the CPU (fixed statistics, batch 64, two threads), to compare with "speed".
import torch,time,torch.nn as nn,torch.nn.functional as F,sys
torch.set_num_threads(2)
class B(nn.Module):
    def __init__(s,i,o,st):
        super().__init__(); s.c1=nn.Conv2d(i,o,3,st,1,bias=False);s.b1=nn.BatchNorm2d(o);s.c2=nn.Conv2d(o,o,3,1,1,bias=False);s.b2=nn.BatchNorm2d(o);s.st=st;s.p=(o-i)//2
    def forward(s,x):
        y=s.b2(s.c2(F.relu(s.b1(s.c1(x)))))
        sc=x if s.st==1 else F.pad(x[:,:,::2,::2],(0,0,0,0,s.p,s.p))
        return F.relu(y+sc)
class R(nn.Module):
    def __init__(s):
        super().__init__(); s.c=nn.Conv2d(3,16,3,1,1,bias=False);s.b=nn.BatchNorm2d(16)
        L=[];i=16
        for o,st in ((16,1),(32,2),(64,2)):
            for k in range(3): L.append(B(i,o,st if k==0 else 1)); i=o
        s.l=nn.Sequential(*L); s.f=nn.Linear(64,10)
    def forward(s,x): return s.f(s.l(F.relu(s.b(s.c(x)))).mean((2,3)))
m=R().eval(); x=torch.randn(64,3,32,32); t=torch.randint(0,10,(64,))
a=[]
for i in range(14):
    s=time.time(); m.zero_grad(); F.cross_entropy(m(x),t).backward(); a.append((time.time()-s)*1000)
a=sorted(a[2:]); g=6*40.8e6*64/1e9
print("pytorch",torch.__version__,"best %.1f ms (%.1f GFLOP/s) median %.1f"%(a[0],g/a[0]*1000,a[len(a)//2]))
