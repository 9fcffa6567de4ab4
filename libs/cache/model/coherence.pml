/* coherence.pml -- Promela model of PROTOCOL.md, sections 1-5.
 *
 * One datum D in the database (db = number of commits to D), one cache key whose loader reads D,
 * 2 app instances, 2 writers (transactions), 1 Redis with L2.  Without loss of generality the read that
 * is watched happens on instance 1 (full reader, L1, optionally a joiner); instance 0 is a second member
 * that must ack, fail, rejoin like any other, and whose loads fill L2 at any time (Filler).  Entries carry
 * the tags {0} (NT=1) or {0,1} (NT=2); an entry needs no tag before it is stored, so "known" and
 * "result-only" tags are the same thing here.
 *
 * Property P (assert): a read that starts when db==cm never returns a cached value < cm.
 *   -DREG weakens it: cm = newest commit whose write promise has RESOLVED (regular register).
 * -DQUIET: when only reads can still happen: nobody stuck, nothing fenced, everyone in,
 *          and (always) no live entry older than db.
 *
 * Time is symbolic: an eviction (the writer's wait of D on its own clock) can happen only together
 * with/after the end of every local lease granted to that member, because local leases count from
 * the SEND of the renewal, the wait from the reply of FENCE, and clock RATES agree.
 *
 * faults (budgets): CRASH BREAK LOSS RESTART SNAP ROLLBACK PURGE SLOW   features: NT NWR JOINER NOL2 TIER1
 * variants: VAR_REGULAR (fence without ack wait, ack wait after settle)  VAR_BUMP (no fence at all)
 * mutations: -DM_NAME takes one rule out (the names stand in the #ifdefs); each must give a counterexample.
 */
#ifndef NT
#define NT 1
#endif
#ifndef NWR
#define NWR 2
#endif
#ifndef CRASH
#define CRASH 0
#endif
#ifndef BREAK
#define BREAK 0
#endif
#ifndef LOSS
#define LOSS 0
#endif
#ifndef RESTART
#define RESTART 0
#endif
#ifndef PURGE
#define PURGE 0
#endif
#ifndef SLOW
#define SLOW 0
#endif
#ifndef RENEWS
#define RENEWS 0
#endif

#define B(x) (1<<(x))
#define HAS(m,i) (((m)>>(i))&1)
#define FENCE 1
#define COMMITTED 2	/* SETTLE, changed */
#define UNCHANGED 3	/* SETTLE after a rollback */
#if NT==1
#define WT(x) 1
#define WANY 3		/* tx whose tags touch the entry */
#else
#ifndef WT0
#define WT0 2
#endif
#ifndef WT1
#define WT1 1
#endif
#define WT(x) ((x)==0 -> WT0 : WT1)
#define WANY 3
#endif
#define T(i,t) ((i)*NT+(t))

byte db;
#ifdef REG
byte resolved;			/* newest commit whose promise has resolved */
#define CM resolved
#else
#define CM db
#endif
/* ------------------------------------------------ Redis */
byte seq=1;			/* one counter */
byte chg[NT];			/* tag -> seq of its last committed change; 0 = not listed (<= floor) */
byte flr;			/* purged up to here */
byte fx;			/* open fences: mask of tx */
byte fs[NWR];			/* seq of the fence of tx */
byte mem=3, ap[2];		/* members, the seq each has applied */
byte boot=1;			/* epoch */
bit  aged=1, open=1;		/* quarantine: leases of older epochs over / fences of older epochs decided */
byte sub=3;
byte l2v, l2s, l2e;		/* value+1, stamp, epoch */
#ifdef SNAP
byte sseq=1, schg[NT], sl2v, sl2s; bit snapped;
#endif
/* ------------------------------------------------ writers */
#define IDLE 0
#define FENCED 1
#define COMPLETE 2
#define DECIDED 3
#define DONE 4
byte wst[NWR], wboot[NWR];
bit wcom[NWR];			/* the database committed it */
bit wdead[NWR];
/* ------------------------------------------------ instances */
#define DOWN 0
#define SUBD 1
#define JOINING 2
#define JOINED 3
byte st[2]=JOINED;
byte lease=3;
byte lp[2];			/* the position told with the grant that the lease comes from */
byte flag;			/* members that are granted nothing any more, because they are about to be removed */
byte rn[2], rp[2];		/* the answer to a renewal, and the position told with it */
#define NONE 0
#define GRANT 1
#define DEAD 2
#define OUT 3
byte lboot[2]=1;
byte ls[2]=1, lf[2], lc[2*NT], lfl[2];		/* replica: applied seq, fences, changes, floor */
byte l1v[2], l1s[2], l1e[2];
byte slow=SLOW, renews=RENEWS, nbreak=BREAK, nloss=LOSS, nrestart=RESTART, ncrash=CRASH, npurge=PURGE;
chan q0=[8] of {byte,byte,byte};
chan q1=[8] of {byte,byte,byte};
bit ld;				/* instance 1 is loading (JOINER) */
#ifdef JOINER
bit jw; byte jcm;
#endif

#ifdef M_NOEPOCH
#define EPOK(e,i) true
#else
#define EPOK(e,i) ((e)==lboot[i])
#endif
#ifdef M_NOOPEN
#define OPENOK true
#else
#define OPENOK open
#endif
#ifdef VAR_LENIENT	/* VAR_REGULAR whose fences are only intents for the reaper: they do not block hits */
#define VAR_REGULAR
#define NOF(m) true
#else
#define NOF(m) ((m)==0)
#endif
/* the ONE liveness rule: epoch, floor, no fence on a tag, no tag changed after the stamp */
#if NT==1
#define LIVE(i,s,e) (EPOK(e,i) && (s)>=lfl[i] && NOF(lf[i]) && lc[T(i,0)]<=(s))
#define SLIVE(s,e) ((e)==boot && (s)>=flr && NOF(fx) && chg[0]<=(s))
#else
#define LIVE(i,s,e) (EPOK(e,i) && (s)>=lfl[i] && NOF(lf[i]) && lc[T(i,0)]<=(s) && lc[T(i,1)]<=(s))
#define SLIVE(s,e) ((e)==boot && (s)>=flr && NOF(fx) && chg[0]<=(s) && chg[1]<=(s))
#endif

inline publish(k,x) {
	if :: (sub&1) -> q0!k,x,seq :: else fi;
	if :: (sub&2) -> q1!k,x,seq :: else fi
}
inline settle(x,k) {	/* atomic script SETTLE; idempotent */
	seq++; fx = fx & ~B(x);
	if
	:: k==COMMITTED ->
		if :: (WT(x)&1) -> chg[0]=seq :: else fi;
#if NT==2
		if :: (WT(x)&2) -> chg[1]=seq :: else fi;
#endif
	:: else
	fi;
	printf("tx%d SETTLE %s at seq %d\n",x,k,seq);
	publish(k,x)
}
inline droptab(i) {
	ls[i]=0; lf[i]=0; lfl[i]=0; lc[T(i,0)]=0;
#if NT==2
	lc[T(i,1)]=0
#endif
}
inline apply(i,k,x,n) {
	ls[i]=n;
	if
	:: i==0 -> skip		/* nobody looks at the rest of instance 0's replica */
	:: i!=0 && k==FENCE -> lf[i]=lf[i]|B(x)
	:: i!=0 && k==COMMITTED -> lf[i]=lf[i]&~B(x);
		if :: (WT(x)&1) -> lc[T(i,0)]=n :: else fi;
#if NT==2
		if :: (WT(x)&2) -> lc[T(i,1)]=n :: else fi;
#endif
	:: i!=0 && k==UNCHANGED -> lf[i]=lf[i]&~B(x)
	fi
}
inline leave(i) {
	printf("I%d leaves\n",i);
	sub=sub&~B(i); lease=lease&~B(i); droptab(i); rn[i]=NONE; rp[i]=0; lp[i]=0; st[i]=DOWN; lboot[i]=0;
	if :: i==0 -> do :: q0?_,_,_ :: empty(q0) -> break od
	   :: else -> do :: q1?_,_,_ :: empty(q1) -> break od fi
}
inline message(i,k,x,n) {
	printf("I%d gets msg kind%d tx%d seq%d\n",i,k,x,n);
	if
#ifdef M_NOSEQ
	:: st[i]>=JOINING -> apply(i,k,x,n)
#else
	:: st[i]>=JOINING && n>ls[i] ->
		if
#ifndef M_NOGAP
		:: n!=ls[i]+1 -> leave(i)	/* a message is missing */
		:: n==ls[i]+1 -> apply(i,k,x,n)
#else
		:: true -> apply(i,k,x,n)
#endif
		fi
#endif
	:: else			/* already in the snapshot, or not joined */
	fi;
#ifdef FASTACK	/* smaller model: the ack is recorded with the application */
	if :: st[i]==JOINED && lboot[i]==boot && HAS(mem,i) -> ap[i]=ls[i] :: else fi;
#endif
	k=0;x=0;n=0
}
/* the clock: everything granted to i up to now has run out locally */
inline expired(i) {
	if :: lboot[i]==boot -> lease=lease&~B(i); if :: rn[i]==GRANT -> rn[i]=DEAD :: else fi :: else fi
}

/* the same for everything that was granted before position f was told */
inline expiredbefore(i,f) {
	if :: lboot[i]==boot && lp[i]<f -> lease=lease&~B(i) :: else fi;
	if :: lboot[i]==boot && rn[i]==GRANT && rp[i]<f -> rn[i]=DEAD :: else fi
}

#ifdef M_ACKEARLY	/* acknowledge what was received, not what was applied */
#define ACKDUE(i) (ap[i]!=seq)
#else
#define ACKDUE(i) (ap[i]!=ls[i])
#endif
proctype Inst(byte i) {
	byte k,x,n;
	do
	:: atomic { i==0 && nempty(q0) -> q0?k,x,n; message(i,k,x,n) }
	:: atomic { i==1 && nempty(q1) -> q1?k,x,n; message(i,k,x,n) }
	/* ---- join */
#ifndef M_JOINFIRST
	:: atomic { st[i]==DOWN -> sub=sub|B(i); lboot[i]=boot; st[i]=SUBD; printf("I%d subscribes\n",i) }
#else
	:: atomic { st[i]==DOWN -> lboot[i]=boot; st[i]=SUBD }
	:: atomic { st[i]==JOINING && !HAS(sub,i) && lboot[i]==boot -> sub=sub|B(i) }
#endif
	:: atomic { st[i]==SUBD && lboot[i]==boot && OPENOK ->	/* script JOIN: the reply is a snapshot */
		mem=mem|B(i); flag=flag&~B(i); ap[i]=seq; rp[i]=seq;
		ls[i]=seq;
		if :: i!=0 -> lf[i]=fx; lfl[i]=flr; lc[T(i,0)]=chg[0];
#if NT==2
			lc[T(i,1)]=chg[1];
#endif
		   :: else fi;
		rn[i]=GRANT; st[i]=JOINING; printf("I%d JOIN at Redis, seq %d fences %d\n",i,seq,fx) }
	:: atomic { (st[i]==JOINING
#ifdef M_JOINFIRST
		&& HAS(sub,i)
#endif
		) ->
#ifdef M_LEASEREPLY
		lease=lease|B(i);
#else
		if :: rn[i]==GRANT -> lease=lease|B(i); lp[i]=rp[i] :: else fi;
#endif
		rn[i]=NONE; st[i]=JOINED; printf("I%d joined lease=%d\n",i,HAS(lease,i)) }
	/* ---- script ACK = acknowledge + renew */
	:: atomic { st[i]==JOINED && lboot[i]==boot && rn[i]==NONE && (ACKDUE(i) || !HAS(lease,i) || !HAS(mem,i) || renews>0) ->
		if :: !ACKDUE(i) && HAS(lease,i) && HAS(mem,i) -> renews-- :: else fi;
		if :: HAS(mem,i) && !HAS(flag,i) ->
#ifdef M_ACKEARLY
			ap[i]=seq;
#else
			ap[i]=ls[i];
#endif
			printf("I%d ACK/RENEW applied=%d\n",i,ap[i]);
			rn[i]=GRANT; rp[i]=seq
		:: else -> rn[i]=OUT fi }
	:: atomic { (st[i]==JOINED && rn[i]!=NONE
#ifndef M_EXTENDEARLY	/* a lease is extended only when everything told before it was granted has been applied */
		&& (rn[i]!=GRANT || ls[i]>=rp[i])
#endif
		) ->
		if
		:: rn[i]==GRANT -> lease=lease|B(i); lp[i]=rp[i]; rn[i]=NONE; rp[i]=0
		:: rn[i]==DEAD -> rn[i]=NONE;
#ifdef M_LEASEREPLY
			lease=lease|B(i)
#endif
		:: rn[i]==OUT -> printf("I%d learns EVICTED\n",i);
#ifdef M_KEEPTAB	/* re-register without a new snapshot */
			if :: lboot[i]==boot -> mem=mem|B(i); ap[i]=ls[i]; rn[i]=GRANT :: else -> rn[i]=NONE fi
#else
			lease=lease&~B(i); droptab(i); rn[i]=NONE; st[i]=SUBD
#endif
		fi }
#ifndef M_NOSUSPECT	/* a renewal answered with a seq that the messages never reach: leave and join afresh */
	:: atomic { i==0 && st[i]==JOINED && lboot[i]==boot && ls[i]<seq && empty(q0) -> leave(i) }
	:: atomic { i==1 && st[i]==JOINED && lboot[i]==boot && ls[i]<seq && empty(q1) -> leave(i) }
#endif
	/* ---- time and faults of this instance */
	:: atomic { HAS(lease,i) && slow>0 -> slow--; lease=lease&~B(i); printf("I%d local deadline passes\n",i) }
	:: atomic { nbreak>0 && HAS(sub,i) -> nbreak--; sub=sub&~B(i); printf("I%d subscriber link broken\n",i) }
	:: atomic { st[i]!=DOWN && (lboot[i]!=boot || !HAS(sub,i)) -> leave(i) }
#ifdef RESUB	/* the client library resubscribes silently, nobody notices the gap */
	:: atomic { st[i]>=JOINING && lboot[i]==boot && !HAS(sub,i) -> sub=sub|B(i); printf("I%d silently resubscribed\n",i) }
#endif
#if LOSS
	:: atomic { nloss>0 && i==0 && nempty(q0) -> nloss--; q0?k,x,n; printf("I0 LOSES msg seq %d\n",n); k=0;x=0;n=0 }
	:: atomic { nloss>0 && i==1 && nempty(q1) -> nloss--; q1?k,x,n; printf("I1 LOSES msg seq %d\n",n); k=0;x=0;n=0 }
#endif
	od
}

#if RESTART || PURGE || defined(M_METALOST)
proctype Env() {
	do
#if RESTART
#ifdef SNAP
	:: atomic { !snapped -> snapped=1; sseq=seq; schg[0]=chg[0]; sl2v=l2v; sl2s=l2s; printf("REDIS snapshot at seq %d\n",seq) }
#endif
	:: atomic { nrestart>0 -> nrestart--; printf("REDIS restarts\n");
#ifdef M_NORUNID	/* restored from a snapshot, epoch (run id) not checked */
		seq=sseq; chg[0]=schg[0]; l2v=sl2v; l2s=sl2s; fx=0; mem=0; sub=0; 
		if :: lboot[0]!=0 -> lboot[0]=9 :: else fi; if :: lboot[1]!=0 -> lboot[1]=9 :: else fi;
		aged=0; open=0
#else
		boot++; aged=0; open=0; mem=0; flag=0; ap[0]=0; ap[1]=0; sub=0; fx=0; flr=0; seq=1; chg[0]=0;
#if NT==2
		chg[1]=0;
#endif
		/* L2 entries may or may not survive: both */
		if :: l2v=0; l2s=0; l2e=0 :: skip fi
#endif
		}
	:: atomic { !aged ->
		if :: lboot[0]!=boot -> lease=lease&~1; if :: rn[0]==GRANT -> rn[0]=DEAD :: else fi :: else fi;
		if :: lboot[1]!=boot -> lease=lease&~2; if :: rn[1]==GRANT -> rn[1]=DEAD :: else fi :: else fi;
		aged=1; printf("aged\n") }
	:: atomic { (!open && aged && (wst[0]!=COMPLETE || wboot[0]==boot)
#if NWR==2
		&& (wst[1]!=COMPLETE || wboot[1]==boot)
#endif
		) -> open=1; printf("open\n") }
#endif
#if PURGE
	:: atomic { npurge>0 && seq>1 -> npurge--; printf("PURGE at seq %d\n",seq);
#ifndef M_PURGENOFLOOR
		flr=seq;
#endif
		chg[0]=0;
#if NT==2
		chg[1]=0;
#endif
		}
#endif
#ifdef M_METALOST	/* Redis evicts coherence metadata (allkeys-lru) */
	:: atomic { fx!=0 && npurge==0 -> npurge=1; fx=0; printf("REDIS evicts fences\n") }
#endif
	od
}
#endif

/* D' after a member was flagged, all it was ever granted is over, and nobody has to wait for it any more */
#define REMOVABLE(i) (HAS(flag,i) && (!HAS(lease,i) || slow>0 || lboot[i]!=boot))
inline removemember(i) {
	if :: HAS(lease,i) && lboot[i]==boot -> slow-- :: else fi;
	expired(i); mem=mem&~B(i); flag=flag&~B(i); printf("%d is removed\n",i)
}
/* anyone who sees a fence older than F asks the database about the transaction */
proctype Reaper() {
	do
	:: atomic { REMOVABLE(0) -> removemember(0) }
	:: atomic { REMOVABLE(1) -> removemember(1) }
	:: atomic { (HAS(fx,0)
#ifndef M_REAPTIME
		&& wst[0]==DECIDED
#else
		&& wst[0]>=FENCED
#endif
		) -> printf("tx0 REAPED\n"); if :: wcom[0] || wst[0]!=DECIDED -> settle(0,COMMITTED) :: else -> settle(0,UNCHANGED) fi }
#if NWR==2
	:: atomic { (HAS(fx,1)
#ifndef M_REAPTIME
		&& wst[1]==DECIDED
#else
		&& wst[1]>=FENCED
#endif
		) -> printf("tx1 REAPED\n"); if :: wcom[1] || wst[1]!=DECIDED -> settle(1,COMMITTED) :: else -> settle(1,UNCHANGED) fi }
#endif
	od
}

#ifdef M_MEMFIRST
byte need[NWR];
#define NEED(x) (need[x]&mem)
#else
#define NEED(x) mem
#endif
#define LACK(i,x,f) (HAS(NEED(x),i) && ap[i]<f)
#define LACKS(i,x,f) (LACK(i,x,f) && !HAS(given,i))
/* the patience of a writer: D' after the fence was told nobody has a lease that was granted before it */
inline patience(i,x,f) {
#ifdef M_EVICTBLIND	/* gives up at once */
	given=given|B(i);
#else
#ifdef M_LEASEREPLY	/* the holder's deadline counts from the answer: it may pass after ours */
	slow--; given=given|B(i);
#else
	if :: HAS(lease,i) && lboot[i]==boot && lp[i]<f -> slow-- :: else fi;
	expiredbefore(i,f); given=given|B(i);
#endif
#endif
	; flag=flag|B(i); printf("tx%d gives up on %d\n",x,i)
}
#ifdef M_EVICTBLIND
#define OVER(i,f) true
#else
#ifdef M_LEASEREPLY
#define OVER(i,f) (slow>0)
#else
#define OVER(i,f) (!HAS(lease,i) || lp[i]>=f || slow>0 || lboot[i]!=boot)
#endif
#endif
/* wait until every member has applied f, or can have no lease from before it */
inline waitacks(x,f) {
	given=0;
	do
	:: atomic { (!LACKS(0,x,f) && !LACKS(1,x,f) && wboot[x]==boot
#ifndef M_NOAGED
		&& aged
#endif
		) -> break }
	:: atomic { LACKS(0,x,f) && wboot[x]==boot && OVER(0,f) -> patience(0,x,f) }
	:: atomic { LACKS(1,x,f) && wboot[x]==boot && OVER(1,f) -> patience(1,x,f) }
	:: atomic { wboot[x]!=boot -> goto again }
	od
}
#define CRASHPOINT if :: skip :: atomic { ncrash>0 -> ncrash--; wdead[x]=1; wst[x]=DECIDED; printf("tx%d writer CRASHES\n",x); goto dead } fi

proctype Writer(byte x) {
	byte f, c, given;
again:	skip;
#ifdef M_MEMFIRST
	need[x]=mem;
#endif
	atomic {
#if defined(M_NOFENCE) || defined(VAR_BUMP)
		wboot[x]=boot
#else
		/* script FENCE */
		seq++; fx=fx|B(x); fs[x]=seq; f=seq; wboot[x]=boot; wst[x]=FENCED;
		printf("tx%d FENCE at seq %d members %d\n",x,seq,mem);
		publish(FENCE,x)
#endif
	};
	CRASHPOINT;
#if !defined(M_NOACK) && !defined(M_NOFENCE) && !defined(VAR_REGULAR) && !defined(VAR_BUMP) && !defined(TIER1)
	waitacks(x,f);
#endif
	atomic { if :: wboot[x]!=boot -> goto again :: else -> wst[x]=COMPLETE; printf("tx%d fence complete\n",x) fi };
	CRASHPOINT;
#ifdef M_SETTLEFIRST
	atomic { settle(x,COMMITTED) };
#endif
	if
	:: atomic { db++; c=db; wcom[x]=1; wst[x]=DECIDED; printf("tx%d COMMIT db=%d\n",x,db) };
		CRASHPOINT;
#ifdef M_UNKROLL
		if :: atomic { settle(x,UNCHANGED) } :: atomic { settle(x,COMMITTED) } fi;
#else
#ifndef M_SETTLEFIRST
		atomic { settle(x,COMMITTED); f=seq; wboot[x]=boot };
#endif
#endif
#if defined(VAR_REGULAR) || defined(VAR_BUMP)
		do
		:: atomic { !LACK(0,x,f) && !LACK(1,x,f) && wboot[x]==boot && aged -> break }
		:: atomic { LACK(0,x,f) && wboot[x]==boot && (!HAS(lease,0) || slow>0 || lboot[0]!=boot) ->
			if :: HAS(lease,0) && lboot[0]==boot -> slow-- :: else fi; expired(0); mem=mem&~1 }
		:: atomic { LACK(1,x,f) && wboot[x]==boot && (!HAS(lease,1) || slow>0 || lboot[1]!=boot) ->
			if :: HAS(lease,1) && lboot[1]==boot -> slow-- :: else fi; expired(1); mem=mem&~2 }
		:: atomic { wboot[x]!=boot -> settle(x,COMMITTED); f=seq; wboot[x]=boot }
		od;
#endif
#ifdef REG
		atomic { if :: c>resolved -> resolved=c; printf("tx%d promise resolves\n",x) :: else fi };
#endif
#ifdef ROLLBACK
	:: atomic { wst[x]=DECIDED; printf("tx%d ROLLBACK\n",x) };
		CRASHPOINT;
		atomic { settle(x,UNCHANGED) }
#endif
	fi;
	wst[x]=DONE;
dead:	atomic { f=0; c=0; given=0 }
}

#ifdef JOINER
proctype Joiner() {
	do
	:: atomic { ld && !jw && HAS(lease,1) -> jw=1; jcm=CM; printf("J joins the load, db=%d\n",db) }
	od
}
#endif

#if !defined(NOL2) && !defined(TIER1)
/* loads on instance 0 whose result goes to L2 */
proctype Filler() {
	byte v, s0, e0;
top:	atomic { st[0]==JOINED && open -> s0=ls[0]; e0=lboot[0]; printf("F load begins stamp %d\n",s0) };
	atomic { v=db; printf("F load reads %d\n",v) };
	atomic {
#ifdef M_STAMPAFTER
		if :: st[0]==JOINED -> s0=ls[0]; e0=lboot[0] :: else fi;
#endif
		if :: lboot[0]==boot -> l2v=v+1; l2s=s0; l2e=e0; printf("F L2 SET %d stamp %d\n",v,s0) :: else fi;
		v=0; s0=0; e0=0; goto top }
}
#endif
proctype Reader(byte i) {
	byte cm, v, lv, s0, e0;
#ifdef TIER1	/* no L1, no leases: one atomic GET+validate at Redis */
top:
	atomic { cm=CM };
	atomic { OPENOK ->
		if :: l2v!=0 && SLIVE(l2s,l2e) -> printf("R%d L2 hit %d\n",i,l2v-1); assert(l2v-1>=cm); cm=0; goto top
		   :: else -> s0=seq; e0=boot fi };
	v=db;
#ifdef M_STAMPAFTER
	atomic { s0=seq; e0=boot };
#endif
	atomic { if :: e0==boot -> l2v=v+1; l2s=s0; l2e=e0 :: else fi; cm=0; v=0; s0=0; e0=0; goto top }
#else
top:
	atomic { (
#ifdef M_NOLEASE
		st[i]==JOINED
#else
		HAS(lease,i)
#endif
		) -> cm=CM;
		if :: l1v[i]!=0 && LIVE(i,l1s[i],l1e[i]) -> printf("R%d L1 hit %d\n",i,l1v[i]-1); assert(l1v[i]-1>=cm); cm=0; goto top
		   :: else -> printf("R%d starts, db=%d\n",i,db) fi };
#ifndef NOL2
	atomic { if :: st[i]==JOINED && lboot[i]==boot -> lv=l2v; s0=l2s; e0=l2e; printf("R%d L2 GET %d stamp %d\n",i,lv-1,s0)
		    :: else -> cm=0; goto top fi };
#endif
	atomic { if
		:: st[i]!=JOINED -> cm=0; lv=0; s0=0; e0=0; goto top
		:: st[i]==JOINED && lv!=0 && LIVE(i,s0,e0) ->
			printf("R%d L2 hit %d stamp %d\n",i,lv-1,s0); assert(lv-1>=cm);
			l1v[i]=lv; l1s[i]=s0; l1e[i]=e0; cm=0; lv=0; s0=0; e0=0; goto top
		:: else -> lv=0; s0=ls[i]; e0=lboot[i]; printf("R%d load begins stamp %d\n",i,s0);
			ld=1
		fi };
	atomic { v=db; printf("R%d load reads %d\n",i,v) };
	atomic {
#ifdef M_STAMPAFTER
		if :: st[i]==JOINED -> s0=ls[i]; e0=lboot[i] :: else fi;
#endif
		ld=0;
#ifdef JOINER
		if
#ifdef M_JOINOLD
		:: jw -> printf("J shares %d\n",v); assert(v>=jcm); jw=0; jcm=0
#else
		:: jw -> if :: st[1]==JOINED && LIVE(1,s0,e0) -> printf("J shares %d\n",v); assert(v>=jcm) :: else fi; jw=0; jcm=0
#endif
		:: else
		fi;
#endif
#ifdef STORECHK	/* optimisation: do not store what is dead already */
		if :: st[i]==JOINED && LIVE(i,s0,e0) -> skip :: else -> cm=0; v=0; s0=0; e0=0; goto top fi;
#endif
		l1v[i]=v+1; l1s[i]=s0; l1e[i]=e0; printf("R%d stores %d stamp %d in L1\n",i,v,s0) };
#ifndef NOL2
	atomic { if :: lboot[i]==boot -> l2v=v+1; l2s=s0; l2e=e0; printf("R%d L2 SET %d stamp %d\n",i,v,s0) :: else fi;
		cm=0; v=0; s0=0; e0=0; goto top }
#else
	atomic { cm=0; v=0; s0=0; e0=0; goto top }
#endif
#endif
}

#ifdef QUIET
#define WDONE(x) (wst[x]==DONE || wdead[x])
#define STUCK(x) (wst[x]==FENCED && wboot[x]==boot && (LACK(0,x,fs[x]) || LACK(1,x,fs[x])))
proctype Quiet() {
	atomic { (empty(q0) && empty(q1) && st[0]==JOINED && st[1]==JOINED && lease==3 && rn[0]==NONE && rn[1]==NONE
		&& lboot[0]==boot && lboot[1]==boot && mem==3 && ap[0]==ls[0] && ap[1]==ls[1] && sub==3 && aged && open
#ifndef M_NOSUSPECT
		&& ls[0]==seq && ls[1]==seq	/* otherwise the suspect rule is still about to act */
#endif
		&& (!wdead[0] || !HAS(fx,0)) && (WDONE(0) || STUCK(0))
#if NWR==2
		&& (!wdead[1] || !HAS(fx,1)) && (WDONE(1) || STUCK(1))
#endif
		) ->
		assert(WDONE(0));
#if NWR==2
		assert(WDONE(1));
#endif
		assert(fx==0 && lf[0]==0 && lf[1]==0);
		assert(ls[0]==seq && ls[1]==seq);
		assert(!(l1v[1]!=0 && LIVE(1,l1s[1],l1e[1]) && l1v[1]-1<db));
		assert(!(l2v!=0 && SLIVE(l2s,l2e) && l2v-1<db))
	}
}
#endif

init {
	atomic {
		ap[0]=1; ap[1]=1;
#ifdef STARTOUT	/* instance 1 is just starting up */
		mem=1; sub=1; lease=1; st[1]=DOWN; lboot[1]=0; ls[1]=0; ap[1]=0;
#endif
		run Reaper(); run Reader(1);
#ifdef TIER1
		sub=0; mem=0; lease=0; run Reader(0);
#else
		run Inst(0); run Inst(1);
#endif
#ifdef TIER1
		skip;
#elif !defined(NOL2)
		run Filler();
#endif
#if RESTART || PURGE || defined(M_METALOST)
		run Env();
#endif
#ifdef JOINER
		run Joiner();
#endif
		run Writer(0);
#if NWR==2
		run Writer(1);
#endif
#ifdef QUIET
		run Quiet();
#endif
	}
}
